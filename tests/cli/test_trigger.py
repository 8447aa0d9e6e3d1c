"""``kaquan trigger``: an event of any type, by hand."""

from __future__ import annotations

import json

import pytest
from card_bodies import card

from cli.command import as_app, kaquan, printed
from kaquan.events.catalogue import EVENTS
from support.api import Api
from support.callback import Receiver


def test_an_event_is_pushed_with_what_was_said(sandbox: Api, receiver: Receiver) -> None:
    sandbox.ok("/sandbox/callback", receiver.settings("safe"))
    card_id, ann = sandbox.create_card(card()), sandbox.person("ann")
    code = sandbox.claim(card_id, ann)
    (line,) = printed(
        "trigger", "user_consume_card", "--set", "LocationId=7", "--set", "OuterStr=a=b", **as_app(sandbox)
    )
    said = json.loads(line)
    (push,) = receiver.wait(1, "user_consume_card")
    assert {name: push.message[name] for name in ("CardId", "UserCardCode", "LocationId", "OuterStr")} == {
        "CardId": card_id,
        "UserCardCode": code,
        "LocationId": "7",
        "OuterStr": "a=b",
    }
    assert (said["openid"], push.message["FromUserName"], push.signed) == (ann, ann, True)
    about = ("--card-id", "pOther", "--openid", sandbox.person("bob"), "--code", "C-1")
    other = json.loads(printed("trigger", "user_del_card", *about, **as_app(sandbox))[0])
    assert (other["openid"], other["fields"]) == (about[3], {"CardId": "pOther", "UserCardCode": "C-1"})


def test_the_events_are_listed_each_with_what_it_tells() -> None:
    lines = printed("trigger", "--list")
    assert [line.split()[0] for line in lines] == list(EVENTS)
    assert "user_del_card                  a holder took a code out of the wallet." in lines


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), ["which event? `kaquan trigger --list` lists them"]),
        (
            ("user_got_card",),
            ["There is no event user_got_card; there are: card_pass_check,", "did you mean: user_get_card"],
        ),
        (("user_get_card", "--set", "OuterId"), ["set: 'OuterId' is not Field=value"]),
        (("user_get_card", "--set", "OuterID=1"), ["has no field OuterID; it has: CardId,", "did you mean: OuterId"]),
        (("user_get_card", "--set", "OuterId=x"), ["fields.OuterId has the wrong type: it has to be integer"]),
    ],
)
def test_what_cannot_be_pushed_is_told_before_anybody_is_called(words: tuple[str, ...], said: list[str]) -> None:
    done = kaquan("trigger", *words, KAQUAN_BASE_URL="http://127.0.0.1:9")
    assert (done.status, done.out) == (1, "")
    assert [one for one in said if one not in done.err] == []
