"""``kaquan app secret`` and ``kaquan app ip-list`` beside a running server."""

from __future__ import annotations

import re
from contextlib import closing

import pytest

from cli.command import kaquan, of, printed
from kaquan.errors.catalogue import describe
from kaquan.rules.ip_list import MOST
from kaquan.store.apps import load_app
from support.api import Api
from support.database import Database
from support.server import Server
from wire.kept import Kept


def new_secret(server: Server, api: Api, *flags: str) -> tuple[str, str]:
    """Make a new secret, and return it with what is said of the old one."""
    done = kaquan("app", "secret", "--appid", api.appid, *flags, **of(server.database))
    assert done.status == 0, done
    assert re.fullmatch(r"[0-9a-f]{32}\n", done.out)
    return done.out.strip(), done.err.strip()


def answers(server: Server, api: Api, *secrets: str) -> list[str]:
    """Return what each secret is answered: ``ok``, or errcode and cause."""
    return [answer(server, api, secret) for secret in secrets]


def answer(server: Server, api: Api, secret: str) -> str:
    """Return what a secret is answered."""
    said = api.raw("GET", f"/cgi-bin/token?grant_type=client_credential&appid={api.appid}&secret={secret}")
    if "access_token" in said:
        return "ok"
    with closing(Kept(server.database)) as kept:
        return f"{said['errcode']} {kept.find(api.appid, said['errmsg'].partition(' rid: ')[2][:26])[1].cause}"


def test_a_new_secret_works_beside_the_old_one_until_that_is_ended(server: Server) -> None:
    api = server.new_app()
    first = api.secret
    second, said = new_secret(server, api)
    assert re.fullmatch(r"the old secret works until [\d-]{10} [\d:]{8} \(UTC\+8\)", said)
    assert answers(server, api, first, second) == ["ok", "ok"]
    third, said = new_secret(server, api, "--overlap", "0.5")
    assert said.endswith("; the one before that has ended with it")
    assert answers(server, api, first, second, third) == ["40125 wrong", "ok", "ok"]
    ended = printed("app", "secret", "--appid", api.appid, "--end-old", **of(server.database))
    assert ended == ["the old secret has ended"]
    assert answers(server, api, second, third) == ["40125 replaced", "ok"]
    again = printed("app", "secret", "--appid", api.appid, "--end-old", **of(server.database))
    assert again == ["there is no old secret that still works"]


def test_a_secret_that_leaked_is_ended_at_once(server: Server) -> None:
    api = server.new_app()
    second, said = new_secret(server, api, "--overlap", "0")
    assert said == "the old secret has ended"
    assert answers(server, api, api.secret, second) == ["40125 replaced", "ok"]


def test_an_overlap_runs_in_real_time_however_far_the_clock_is_moved(server: Server) -> None:
    api = server.new_app()
    second, _ = new_secret(server, api, "--overlap", "1")
    api.ok("/sandbox/clock", {"advance": 30 * 86_400})
    assert answers(server, api, api.secret, second) == ["ok", "ok"]


def test_the_ip_list_is_changed_entry_by_entry_and_the_running_server_follows(server: Server) -> None:
    api = server.new_app()

    def listed(*flags: str) -> list[str]:
        return printed("app", "ip-list", "--appid", api.appid, *flags, **of(server.database))

    assert listed() == ["everybody may ask"]
    assert listed("--add", "203.0.113.7", "--add", "10.0.0.0/8") == ["203.0.113.7", "10.0.0.0/8"]
    assert answers(server, api, api.secret) == ["40164 not_listed"]
    assert listed("--add", "::ffff:127.0.0.1", "--remove", "203.0.113.7") == ["10.0.0.0/8", "127.0.0.1"]
    assert answers(server, api, api.secret) == ["ok"]
    assert listed() == ["10.0.0.0/8", "127.0.0.1"]
    assert listed("--clear") == ["everybody may ask"]
    assert answers(server, api, api.secret) == ["ok"]


def test_behind_a_proxy_of_this_machine_the_address_that_it_names_counts(server: Server) -> None:
    api = server.new_app(ip_list="203.0.113.0/24")
    query = f"/cgi-bin/token?grant_type=client_credential&appid={api.appid}&secret={api.secret}"
    assert "access_token" in api.raw("GET", query, x_forwarded_for="198.51.100.1, 203.0.113.9")
    refused = api.raw("GET", query, x_forwarded_for="203.0.113.9, 2001:db8::1")
    assert refused["errmsg"].startswith("invalid ip 2001:db8::1 ipv6 2001:db8::1, not in whitelist rid: ")
    nonsense = api.raw("GET", query, x_forwarded_for="unknown")
    assert nonsense["errcode"] == 40164


TOO_MANY = "40097 ip_too_many"
ENTRIES = [
    ("40097 ip_not_address", "shop.example.com"),
    ("40097 ip_block_size", "203.0.113.0/33"),
    ("40097 ip_host_bits", "203.0.113.7/24"),
    ("40097 ip_everybody", "0.0.0.0/0"),
]


@pytest.mark.parametrize(("cause", "entry"), ENTRIES)
def test_an_entry_that_is_refused_changes_nothing_and_says_why(database: Database, cause: str, entry: str) -> None:
    appid = printed("app", "create", "one", **of(database))[0].split()[1]
    printed("app", "ip-list", "--add", "203.0.113.1", **of(database))
    done = kaquan("app", "ip-list", "--add", entry, **of(database))
    errcode, key = cause.split()
    described = describe(int(errcode), key)
    app = database.transact(lambda tx: load_app(tx, appid))
    assert described
    assert app
    assert (done.status, done.out, app.ip_list) == (1, "", "203.0.113.1")
    said = described.en.replace("{entry}", entry).partition("{")[0]
    assert done.err.startswith(f"{errcode} invalid args\ncause: {said}")
    assert "where: ip_list[1]" in done.err


def test_a_list_has_an_end_and_only_what_is_on_it_can_be_removed(database: Database) -> None:
    printed("app", "create", "one", **of(database))
    most = [part for number in range(MOST) for part in ("--add", f"203.0.113.{number}")]
    assert len(printed("app", "ip-list", *most, **of(database))) == MOST
    full = kaquan("app", "ip-list", "--add", "198.51.100.1", **of(database))
    errcode, cause = TOO_MANY.split()
    described = describe(int(errcode), cause)
    assert described
    said = described.en.format(got=MOST + 1, expected="at most 100")
    assert (full.status, full.err.splitlines()[1]) == (1, f"cause: {said}")
    absent = kaquan("app", "ip-list", "--remove", "198.51.100.1", **of(database))
    assert (absent.status, absent.err.strip()) == (1, "remove: 198.51.100.1 is not on the list")
