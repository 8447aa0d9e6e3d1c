"""``kaquan app``: accounts are made and changed beside a running server."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial

import pytest
from card_bodies import card

from cli.command import kaquan, of, printed
from kaquan.errors.catalogue import describe
from kaquan.store.apps import load_app
from support.api import Api
from support.callback import Receiver
from support.database import Database
from support.server import Server

PATIENCE_SECONDS = 5.0


def soon(holds: Callable[[], bool]) -> bool:
    """Tell whether something holds within a moment; servers look at accounts once a second."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held


def made(server: Server, *flags: str) -> Api:
    """Return a client of an account made on the command line."""
    lines = printed("app", "create", "Panda Tea", *flags, **of(server.database))
    assert [line.split()[0] for line in lines] == ["appid", "secret"]
    appid, secret = (line.split()[1] for line in lines)
    return Api(server.base_url, appid, secret)


def errcode(api: Api, path: str = "/card/batchget") -> int:
    """Return the errcode of a call that needs the card function."""
    code: int = api.post(path, {"offset": 0, "count": 1})["errcode"]
    return code


def test_accounts_are_made_and_listed(server: Server) -> None:
    plain, sandbox = made(server), made(server, "--sandbox", "--review", "auto")
    listed = printed("app", "list", **of(server.database))
    assert f"{plain.appid}  card function none      quota none      -         Panda Tea" in listed
    assert f"{sandbox.appid}  card function granted   quota original  sandbox   Panda Tea" in listed
    assert (errcode(plain), errcode(sandbox)) == (48001, 0)


def test_an_account_without_the_card_function_is_granted_it_and_the_running_server_follows(server: Server) -> None:
    api = made(server)
    assert errcode(api) == 48001
    granted = printed("app", "set", "--appid", api.appid, "--card-function", "granted", **of(server.database))
    assert granted == [f"changed {api.appid}: card_function = granted"]
    assert soon(lambda: errcode(api) == 0)
    suspended = printed("app", "set", "--appid", api.appid, "--suspended", **of(server.database))
    assert suspended == [f"changed {api.appid}: suspended = True"]
    assert soon(lambda: errcode(api) == 48004)


def test_permissions_and_profile_decide_what_is_taken(server: Server) -> None:
    api = made(server)
    flags = ("--card-function", "granted", "--permissions", "issue, custom_code,issue", "--profile", "lenient")
    assert printed("app", "set", "--appid", api.appid, *flags, **of(server.database)) == [
        f"changed {api.appid}: card_function = granted, profile = lenient, permissions = custom_code,issue"
    ]
    quoted = card("GROUPON", {"use_custom_code": True, "sku": {"quantity": "5"}})
    assert api.post("/card/create", quoted)["errcode"] == 0
    assert api.person("alice")


def test_an_expired_token_is_answered_as_the_account_was_set(server: Server) -> None:
    api = made(server, "--sandbox")
    old = api.token
    api.ok("/sandbox/clock", {"advance": 7200})

    def is_answered(errcode: int) -> bool:
        return bool(api.post("/card/batchget", {}, access_token=old)["errcode"] == errcode)

    assert is_answered(42001)
    for wanted in (40001, 42001):
        said = printed("app", "set", "--appid", api.appid, "--expired-token", str(wanted), **of(server.database))
        assert said == [f"changed {api.appid}: expired_token = {wanted}"]
        assert soon(partial(is_answered, wanted))


def test_a_merchants_code_is_another_one_in_other_hands_where_the_account_was_set_so(server: Server) -> None:
    api = made(server, "--sandbox", "--review", "auto")
    card_id = api.create_card(card("GROUPON", {"use_custom_code": True, "get_limit": 100, "sku": {"quantity": 100}}))
    ann, bob = api.person("ann"), api.person("bob")

    def becomes(code: str) -> str:
        body = {"openid": ann, "card_id": card_id, "code": api.claim(card_id, ann, code=code)}
        gift_id = api.ok("/sandbox/gift", body)["gift_id"]
        return str(api.ok("/sandbox/accept", {"openid": bob, "gift_id": gift_id})["code"])

    assert becomes("A-1") == "A-1"
    said = printed("app", "set", "--appid", api.appid, "--gift-new-code", **of(server.database))
    assert said == [f"changed {api.appid}: gift_new_code = True"]
    names = (f"B-{number}" for number in range(40))
    assert soon(lambda: bool(re.fullmatch(r"\d{12}", becomes(next(names)))))
    printed("app", "set", "--appid", api.appid, "--no-gift-new-code", **of(server.database))
    names = (f"C-{number}" for number in range(40))
    assert soon(lambda: becomes(name := next(names)) == name)


def test_a_domain_and_an_owner_are_kept_and_taken_away_again(server: Server) -> None:
    api = made(server)
    flags = ("--oauth-domain", "Shop.Example:8080", "--owner", "panda")
    assert printed("app", "set", "--appid", api.appid, *flags, **of(server.database)) == [
        f"changed {api.appid}: oauth_domain = shop.example:8080, owner = panda"
    ]
    assert printed("app", "set", "--appid", api.appid, "--owner", "", **of(server.database)) == [
        f"changed {api.appid}: owner = "
    ]


def test_a_callback_is_set_after_its_check_and_gets_the_events(server: Server, receiver: Receiver) -> None:
    api = made(server, "--sandbox", "--review", "auto")
    flags = ["--appid", api.appid, "--url", receiver.url, "--token", receiver.token]
    safe = ("--mode", "safe", "--aes-key", receiver.aes_key)
    environment = {**of(server.database), "KAQUAN_ALLOW_PRIVATE_CALLBACKS": "true"}
    assert printed("app", "callback", *flags, *safe, **environment) == [f"events go to {receiver.url}"]
    assert len(receiver.checks) == 1

    def told() -> bool:
        api.create_card(card())
        return bool(receiver.pushes)

    assert soon(told)
    assert (receiver.pushes[0].event, receiver.pushes[0].signed) == ("card_pass_check", True)
    assert receiver.pushes[0].appid == api.appid


CALLBACK = ("app", "callback", "--token", "Tok3n", "--url", "http://a.example/")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("app", "set"), "nothing to change: see `kaquan app set --help`"),
        (("app", "set", "--review", "never"), "review: 'never' is not one of auto, manual"),
        (("app", "set", "--profile", "kind"), "profile: 'kind' is not one of strict, lenient"),
        (
            ("app", "set", "--card-function", "yes"),
            "card_function: 'yes' is not one of none, pending, granted, refused",
        ),
        (
            ("app", "set", "--permissions", "issue,fly"),
            "permissions: 'fly' is not one of balance, bonus, custom_code, custom_url, issue, member_card, pay",
        ),
        (("app", "set", "--expired-token", "40014"), "expired_token: '40014' is not one of 42001, 40001"),
        (
            ("app", "set", "--oauth-domain", "https://shop.example/"),
            "oauth_domain: 'https://shop.example/': leave the scheme away",
        ),
        (("app", "set", "--owner", "a b"), "owner: 'a b': it has to be 1 to 64 of A-Z a-z 0-9 _ -"),
        (("app", "set", "--js-domains", "a.cn,b.cn/x"), "js_domains: 'a.cn,b.cn/x': leave the path away"),
        (
            ("app", "set", "--js-domains", "a.cn,b.cn,c.cn,d.cn,e.cn,f.cn"),
            "js_domains: 'a.cn,b.cn,c.cn,d.cn,e.cn,f.cn': at most 5 domains are possible",
        ),
        (("app", "set", "--js-device", "tv"), "js_device: 'tv' is not one of ios, android"),
        (("app", "create", "x", "--review", "never"), "review: 'never' is not one of auto, manual"),
        (
            (*CALLBACK, "--mode", "loud"),
            "mode: 'loud' is not one of plain, compatible, safe",
        ),
        ((*CALLBACK, "--format", "yaml"), "format: 'yaml' is not one of xml, json"),
        (("app", "callback", "--token", "Tok3n", "--url", "http://127.0.0.1:9/"), "40066 invalid url"),
        ((*CALLBACK, "--mode", "safe"), "40097 invalid args"),
        (("app", "secret", "--overlap", "-1"), "overlap: -1 is not 0 to 720 hours"),
        (("app", "secret", "--overlap", "721"), "overlap: 721 is not 0 to 720 hours"),
        (("app", "secret"), "which app? give --appid; there are: none, make one with `kaquan app create`"),
        (("app", "secret", "--appid", "wx1"), "no app wx1; there are: "),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_known(database: Database, command: tuple[str, ...], said: str) -> None:
    done = kaquan(*command, **of(database))
    assert (done.status, done.out, done.err.splitlines()[0]) == (1, "", said)


def test_the_account_need_not_be_named_while_there_is_only_one(database: Database) -> None:
    first = printed("app", "create", "one", **of(database))[0].split()[1]
    assert printed("app", "set", "--review", "auto", **of(database)) == [f"changed {first}: review = auto"]
    second = printed("app", "create", "two", **of(database))[0].split()[1]
    done = kaquan("app", "set", "--review", "auto", **of(database))
    assert (done.status, done.out) == (1, "")
    assert sorted(done.err.strip().removeprefix("which app? give --appid; there are: ").split(", ")) == sorted(
        [first, second]
    )


def test_the_card_js_domain_is_changed_once_and_a_second_time_after_the_operator_took_it_away(
    database: Database,
) -> None:
    appid = printed("app", "create", "one", **of(database))[0].split()[1]

    def set_domain(name: str) -> tuple[int, list[str]]:
        done = kaquan("app", "set", "--card-js-domain", name, **of(database))
        return done.status, (done.out or done.err).splitlines()

    assert set_domain("Test.example.com") == (0, [f"changed {appid}: card_js_domain = Test.example.com"])
    assert set_domain("test.example.com")[0] == 0
    assert set_domain("www.example.com")[0] == 0
    assert set_domain("http://www.example.com")[1][:1] == ["40048 invalid url domain"]
    status, said = set_domain("shop.example.com")
    assert (status, said[0]) == (1, "40048 invalid url domain")
    assert "changed once already" in said[1]
    assert (set_domain("")[0], set_domain("shop.example.com")[0]) == (0, 0)


NAMES = [
    ("40048 card_js_scheme", "https://shop.test"),
    ("40048 card_js_address", "127.0.0.1"),
    ("40048 card_js_address", "[2001:db8::1]"),
    ("40048 card_js_path", "shop.test/cards"),
    ("40048 card_js_port", "shop.test:8080"),
    ("40048 card_js_malformed", "shop..test"),
    ("40048 card_js_suffix", "com.cn"),
    ("40048 card_js_changed", "third.test"),
]


@pytest.mark.parametrize(("cause", "name"), NAMES)
def test_a_card_js_domain_that_is_refused_stays_as_it_was_and_says_why(
    database: Database, cause: str, name: str
) -> None:
    appid = printed("app", "create", "one", **of(database))[0].split()[1]
    for earlier in ("first.test", "second.test"):
        printed("app", "set", "--card-js-domain", earlier, **of(database))
    done = kaquan("app", "set", "--card-js-domain", name, **of(database))
    errcode, key = cause.split()
    described = describe(int(errcode), key)
    app = database.transact(lambda tx: load_app(tx, appid))
    assert described
    assert app
    first, _, rest = described.en.replace("{domain}", name).replace("{now}", "second.test").partition("{reason}")
    assert (done.status, done.out, app.card_js_domain) == (1, "", "second.test")
    assert done.err.startswith(f"{errcode} invalid url domain\ncause: {first}")
    assert f"{rest}\nfix: " in done.err
