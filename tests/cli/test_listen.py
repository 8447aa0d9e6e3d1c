"""``kaquan listen``: events arrive as the platform would push them, in order, each once, across outages."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from card_bodies import card

from cli.command import as_app, kaquan
from cli.listening import Listening
from kaquan.actions.record import Record
from kaquan.events.catalogue import UserDelCard
from kaquan.sources import id_at, wall_clock
from support.api import Api
from support.callback import Receiver
from support.database import Databases
from support.server import Server

AT = "--forward-to"


def trigger(api: Api, number: int) -> str:
    """Push an event with a number in it, and return its id."""
    event_id: str = api.ok("/sandbox/trigger", {"event": "giftcard_pay_done", "fields": {"OrderId": str(number)}})["id"]
    return event_id


def orders(receiver: Receiver) -> list[str]:
    """Return the numbers that arrived."""
    return [push.message["OrderId"] for push in receiver.pushes]


def test_events_arrive_signed_and_sealed_without_a_callback(sandbox: Api, tmp_path: Path, receiver: Receiver) -> None:
    card_id, ann = sandbox.create_card(card()), sandbox.person("ann")
    code = sandbox.claim(card_id, ann)
    flags = (AT, receiver.url, "--token", receiver.token, "--aes-key", receiver.aes_key, "--mode", "safe")
    with Listening(sandbox, tmp_path, *flags, "--format", "json", "--events", "user_get_card,user_del_card") as heard:
        (got,) = receiver.wait(1)
        sandbox.ok("/card/code/consume", {"code": code})
        sandbox.ok("/sandbox/trigger", {"event": "user_del_card"})
        receiver.wait(2)
        heard.wait(lambda seen: len(seen.lines) == 2)
        assert heard.stop() == 0
    assert (got.event, got.signed, got.appid, got.content_type) == (
        "user_get_card",
        True,
        sandbox.appid,
        "application/json",
    )
    assert (got.message["FromUserName"], got.message["UserCardCode"], got.query["openid"]) == (ann, code, ann)
    assert got.message["ToUserName"] == sandbox.ok("/sandbox/app")["gh_id"]
    assert heard.lines == [("user_get_card", "200", ""), ("user_del_card", "200", "")]
    first, *_, last = heard.notes
    assert first == f"events of test ({sandbox.appid}) go to {receiver.url}, safe json; Ctrl-C ends"
    assert last == f"2 events: 2 taken, 0 given up; to go on: --since {heard.ids[-1]}"


def test_it_is_sealed_as_the_callback_says_and_old_events_are_skipped(
    sandbox: Api, tmp_path: Path, receiver: Receiver
) -> None:
    nobody = Receiver(lambda _: (500, b"")).start()
    sandbox.ok("/sandbox/callback", nobody.settings("compatible"))
    trigger(sandbox, 1)
    flags = (AT, receiver.url, "--token", receiver.token, "--aes-key", receiver.aes_key, "--skip-old")
    with Listening(sandbox, tmp_path, *flags) as heard:
        heard.wait(lambda seen: bool(seen.notes))
        trigger(sandbox, 2)
        (push,) = receiver.wait(1)
        assert heard.stop(signal.SIGTERM) == 0
    nobody.stop()
    assert (push.message["OrderId"], push.signed, push.query["encrypt_type"]) == ("2", True, "aes")
    assert f"go to {receiver.url}, compatible xml" in heard.notes[0]


def test_one_that_is_refused_is_tried_again_then_given_up_and_those_behind_it_come_later(
    sandbox: Api, tmp_path: Path
) -> None:
    answers = iter([*[(500, b"no")] * 4, (200, b"success")])
    receiver = Receiver(lambda _: next(answers)).start()
    for number in (1, 2):
        trigger(sandbox, number)
    with Listening(sandbox, tmp_path, AT, receiver.url, "--replay", "1m") as heard:
        assert heard.ended() == 1
    receiver.stop()
    assert orders(receiver) == ["1", "1", "1", "1", "2"]
    assert [(status, said) for _, status, said in heard.lines] == [
        *(("500", f"attempt {number} of 4  no") for number in (1, 2, 3, 4)),
        ("200", ""),
    ]
    assert heard.notes[-1].startswith("2 events: 1 taken, 1 given up; to go on: --since ")
    assert "without --token the signature is made with an empty one" in heard.notes


def test_nothing_is_lost_or_doubled_while_the_address_and_the_server_are_gone(
    databases: Databases, tmp_path: Path
) -> None:
    receiver = Receiver().start()
    receiver.keeps_alive = False
    with databases.lent() as database, Server(database, port_kept=True) as server:
        api = server.new_app()
        with Listening(api, tmp_path, AT, receiver.url) as heard:
            for number in range(3):
                trigger(api, number)
            receiver.wait(3)
            receiver.stop()
            for number in range(3, 6):
                trigger(api, number)
            heard.wait(lambda seen: any("waiting for it" in note for note in seen.notes))
            again = Receiver(port=receiver.port).start()
            again.wait(3)
            trigger(api, 6)
            server.kill()
            heard.wait(lambda seen: sum("waiting for it" in note for note in seen.notes) == 2)
            server.start()
            trigger(api, 7)
            again.wait(5)
            heard.wait(lambda seen: "the server is back" in seen.notes)
            assert heard.stop() == 0
        again.stop()
    assert orders(receiver) + orders(again) == [str(number) for number in range(8)]
    assert heard.ids == sorted(heard.ids, key=int)


def test_an_event_of_a_transaction_that_took_long_is_not_missed(
    sqlite_server: Server, tmp_path: Path, receiver: Receiver
) -> None:
    api = sqlite_server.new_app()
    with Listening(api, tmp_path, AT, receiver.url, "--since", "1m") as heard:
        trigger(api, 1)
        receiver.wait(1)
        record = Record(lambda: id_at(wall_clock() - 15))
        record.event("delete", UserDelCard(CardId="p1", UserCardCode="late"), "o1", wall_clock(), "p1")
        sqlite_server.database.transact(lambda tx: record.save(tx, api.appid))
        receiver.wait(1, "user_del_card")
        trigger(api, 2)
        heard.wait(lambda seen: len(seen.ids) == 3)
        assert heard.stop() == 0
    assert len(heard.ids) == len(set(heard.ids)) == 3


def test_a_range_is_posted_once_more_and_that_is_all(sandbox: Api, tmp_path: Path, receiver: Receiver) -> None:
    ids = [trigger(sandbox, number) for number in range(3)]
    with Listening(sandbox, tmp_path, AT, receiver.url, "--replay", ids[0]) as heard:
        assert heard.ended() == 0
    assert (orders(receiver), heard.ids) == (["1", "2"], ids[1:])


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ((AT, "ftp://127.0.0.1/"), "forward-to: ftp://127.0.0.1/: not an http or https URL"),
        ((AT, "http://169.254.169.254/"), "forward-to: http://169.254.169.254/: 169.254.169.254 is a metadata address"),
        ((AT, "http://127.0.0.1:1/", "--since", "soon"), "'soon' is no time such as 90s, 10m, 2h or 3d"),
        ((AT, "http://127.0.0.1:1/", "--since", "1m", "--skip-old"), "one of --since, --skip-old"),
        ((AT, "http://127.0.0.1:1/", "--events", "user_got_card"), "40097 invalid args"),
        ((AT, "http://127.0.0.1:1/", "--mode", "loud"), "mode: 'loud' is not one of plain, compatible, safe"),
        ((AT, "http://127.0.0.1:1/", "--mode", "safe", "--token", "Tok3n"), "40097 invalid args"),
    ],
)
def test_what_cannot_be_done_is_told_at_once(sandbox: Api, flags: tuple[str, ...], said: str) -> None:
    done = kaquan("listen", *flags, **as_app(sandbox))
    assert (done.status, done.out, done.err.splitlines()[0]) == (1, "", said)


def test_it_is_for_sandbox_accounts_and_needs_a_server(sqlite_server: Server) -> None:
    plain = sqlite_server.new_app(sandbox=False)
    assert kaquan("listen", AT, "http://127.0.0.1:1/", **as_app(plain)).err.startswith("48001 api unauthorized")
    away = kaquan("listen", AT, "http://127.0.0.1:1/", "--base-url", "http://127.0.0.1:1")
    assert (away.status, away.err) == (1, "no answer from http://127.0.0.1:1: [Errno 111] Connection refused\n")
