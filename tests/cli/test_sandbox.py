"""``kaquan sandbox``: the consumer's and the operator's hand; the result is the last line printed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from card_bodies import card

from cli.command import as_app, kaquan, printed
from support.api import Api
from support.callback import Receiver
from support.server import Server


def result(api: Api, *arguments: object) -> str:
    """Return the last line that a command of the account prints."""
    return printed("sandbox", *arguments, **as_app(api))[-1]


def refused(api: Api, *arguments: object) -> str:
    """Return what a command that is refused prints, with its reference left out."""
    done = kaquan("sandbox", *arguments, **as_app(api))
    assert (done.status, done.out) == (1, ""), done
    (line,) = done.err.splitlines()
    text, _, rest = line.partition(" rid: ")
    return text + rest[26:]


def test_the_life_of_a_code_by_hand(server: Server, receiver: Receiver) -> None:
    api = server.new_app(review="manual")
    at = ("--card-id", api.create_card(card()))
    openid = result(api, "user", "alice")
    assert openid == api.person("alice")
    assert result(api, "callback", "--url", receiver.url, "--token", receiver.token) == "ok"
    assert result(api, "approve", *at) == "ok"
    code = result(api, "claim", *at, "--openid", openid, "--outer-str", "wall")
    found = api.ok("/card/code/get", {"code": code})
    assert (found["openid"], found["outer_str"]) == (openid, "wall")
    hidden = result(api, "encrypt-code", *at, "--code", code)
    assert api.ok("/card/code/decrypt", {"encrypt_code": hidden}) == {"code": code}
    assert result(api, "delete", *at, "--openid", openid, "--code", code) == "ok"
    pushes = receiver.wait(3)
    # One person's events keep their order; those of others (here the account's own) may overtake them.
    assert [push.event for push in pushes if push.message["FromUserName"] == openid] == [
        "user_get_card",
        "user_del_card",
    ]
    assert "card_pass_check" in {push.event for push in pushes}
    tape = [json.loads(line) for line in printed("sandbox", "events", **as_app(api))]
    assert [event["event"] for event in tape] == ["card_pass_check", "user_get_card", "user_del_card"]
    later = printed("sandbox", "events", "--since", tape[1]["id"], **as_app(api))
    assert [json.loads(line)["id"] for line in later] == [tape[2]["id"]]


def test_a_gift_by_hand(sandbox: Api) -> None:
    card_id = sandbox.create_card(card())
    ann, bob = sandbox.person("ann"), sandbox.person("bob")
    at = ("--card-id", card_id, "--openid", ann, "--code", sandbox.claim(card_id, ann))
    first = result(sandbox, "gift", *at)
    assert result(sandbox, "take-back", "--openid", ann, "--gift-id", first) == "ok"
    second = result(sandbox, "gift", *at, "--to", bob, "--greeting", "for you")
    assert refused(sandbox, "accept", "--openid", ann, "--gift-id", second).startswith("40003 invalid openid")
    code = result(sandbox, "accept", "--openid", bob, "--gift-id", second)
    assert sandbox.ok("/card/code/get", {"code": code})["openid"] == bob


def test_an_oauth_code_is_given_without_a_browser(sandbox: Api) -> None:
    ann = sandbox.person("ann")
    code = result(sandbox, "oauth-code", "--openid", ann, "--scope", "snsapi_userinfo")
    query = f"appid={sandbox.appid}&secret={sandbox.secret}&code={code}&grant_type=authorization_code"
    told = sandbox.raw("GET", f"/sns/oauth2/access_token?{query}")
    assert (told["openid"], told["scope"]) == (ann, "snsapi_userinfo")


def test_the_clock_is_read_and_moved_ahead(sandbox: Api) -> None:
    before = int(result(sandbox, "clock"))
    assert int(result(sandbox, "clock", "--advance", 86400)) - before in range(86400, 86410)
    assert int(result(sandbox, "clock")) - before in range(86400, 86410)


def test_a_code_and_a_ticket_are_brought_to_a_claim(sandbox: Api) -> None:
    custom = sandbox.create_card(card("GROUPON", {"use_custom_code": True}))
    at = ("--card-id", custom, "--openid", sandbox.person("alice"))
    assert result(sandbox, "claim", *at, "--code", "A-1") == "A-1"
    wish = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": custom, "code": "A-2"}}}
    made = sandbox.ok("/card/qrcode/create", wish)
    assert result(sandbox, "claim", *at, "--ticket", made["url"]) == "A-2"


def test_a_claim_that_is_refused_says_errcode_text_and_cause(server: Server) -> None:
    api = server.new_app(review="manual")
    card_id, openid = api.create_card(card()), api.person("alice")
    shown = f"{openid[:4]}***{openid[-4:]}"
    assert refused(api, "claim", "--card-id", card_id, "--openid", openid) == (
        f"40078 invalid card status Card {card_id} is not in effect: it is CARD_STATUS_NOT_VERIFY, and {shown} is not"
        " on the test whitelist. Wait for the approval; to test before it, put the tester's openid on the list with"
        " /card/testwhitelist/set."
    )
    assert result(api, "refuse", "--card-id", card_id, "--reason", "logo unclear") == "ok"
    assert refused(api, "claim", "--card-id", card_id, "--openid", openid).startswith(
        f"40078 invalid card status Card {card_id} was refused in review (CARD_STATUS_VERIFY_FAIL)"
    )


def delivered(sandbox: Api) -> list[Any]:
    """Return the events of the tape whose delivery is over."""
    tape = [json.loads(line) for line in printed("sandbox", "events", **as_app(sandbox))]
    return [one for one in tape if one["deliveries"]]


def test_events_are_sent_again_by_hand(sandbox: Api, receiver: Receiver) -> None:
    result(sandbox, "callback", "--url", receiver.url, "--token", receiver.token)
    for _ in range(2):
        sandbox.create_card(card())
    first, second = receiver.wait(2)
    # What was pushed is taken from the outbox a moment after the answer.
    while len(tape := delivered(sandbox)) < 2:
        time.sleep(0.02)
    assert result(sandbox, "resend", "--id", tape[0]["id"]) == "1"
    assert result(sandbox, "resend", "--since", tape[0]["id"], "--until", tape[1]["id"]) == "1"
    assert [push.body for push in receiver.wait(4)] == [first.body, second.body, first.body, second.body]
    assert result(sandbox, "resend", "--since", "1h", "--event", "user_get_card") == "0"
    assert result(sandbox, "resend", "--dead") == "0"
    assert refused(sandbox, "resend").startswith("40097 invalid args It is not said which events")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("clock", "--advance", "-1"), "40097 invalid args The clock moves ahead only"),
        (("callback", "--url", "http://127.0.0.1:9/", "--token", "x"), "40097 invalid args token does not have its"),
        (("oauth-code", "--openid", "ann"), "40003 invalid openid This is no openid"),
        (("approve", "--card-id", "pNone"), "40073 invalid card id This account has no card pNone."),
        (("claim", "--card-id", "pNone", "--openid", "ann"), "40073 invalid card id This account has no card pNone"),
    ],
)
def test_what_is_refused_is_said_in_one_line(sandbox: Api, command: tuple[str, ...], said: str) -> None:
    assert refused(sandbox, *command).startswith(said)


def test_a_wrong_secret_is_refused(sandbox: Api) -> None:
    wrong = Api(sandbox.base_url, sandbox.appid, "wrong")
    assert refused(wrong, "user", "alice").startswith("40125 invalid appsecret The secret is not the current one of ")


def test_no_token_of_the_developers_own_programs_is_replaced(sandbox: Api) -> None:
    token = sandbox.token
    result(sandbox, "user", "alice")
    # A classic token that was replaced is over after five minutes.
    result(sandbox, "clock", "--advance", "301")
    asked = sandbox.raw("POST", f"/card/batchget?access_token={token}", b'{"offset":0,"count":1}')
    assert asked["errcode"] == 0


def test_it_is_for_sandbox_accounts(sqlite_server: Server) -> None:
    plain = sqlite_server.new_app(sandbox=False)
    assert refused(plain, "clock") == "48001 api unauthorized"
