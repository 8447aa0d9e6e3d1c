"""``POST /sandbox/callback``: an address is set once it has echoed (events.md 1)."""

from __future__ import annotations

from card_bodies import card

from support.api import Api
from support.callback import Receiver
from wire.answers import refusal
from wire.kept import Kept


def test_an_address_that_echoes_gets_the_events_from_then_on(api: Api, receiver: Receiver) -> None:
    api.create_card(card())
    api.ok("/sandbox/callback", receiver.settings())
    assert len(receiver.checks) == 1
    card_id = api.create_card(card("CASH"))
    (push,) = receiver.wait(1)
    assert (push.event, push.message["CardId"], push.signed) == ("card_pass_check", card_id, True)
    states = [event["state"] for event in api.ok("/sandbox/events")["events"]]
    assert states[0] == "not_sent"


def test_a_second_address_takes_the_place_of_the_first(api: Api, receiver: Receiver) -> None:
    api.ok("/sandbox/callback", receiver.settings("safe", "json"))
    api.ok("/sandbox/callback", receiver.settings("plain", "json"))
    api.create_card(card())
    (push,) = receiver.wait(1)
    assert (push.content_type.partition(";")[0], push.appid) == ("application/json", "")


def test_an_address_that_echoes_something_else_is_refused(api: Api, kept: Kept, receiver: Receiver) -> None:
    receiver.echo = lambda echostr: (200, f'"{echostr}"'.encode())
    assert refusal(kept, api, api.post("/sandbox/callback", receiver.settings())) == "40066 callback_echo"
    receiver.echo = lambda echostr: (302, echostr.encode())
    assert refusal(kept, api, api.post("/sandbox/callback", receiver.settings())) == "40066 callback_status"
    receiver.token = "Another"
    assert refusal(kept, api, api.post("/sandbox/callback", {**receiver.settings(), "token": "Tok3n"})) == (
        "40066 callback_status"
    )
