"""Q6: a review ends in an event; the merchant then chooses how to hand the card out: nothing goes out by itself."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import card

from cli.command import of, printed
from support.api import Api
from support.callback import Receiver
from support.server import Server

REASON = "logo 不清晰"
NOTHING = {"card_list": [], "has_share_card": False}
STOCK = 7


def merchant(server: Server, receiver: Receiver, review: str) -> Api:
    """Return an account that hears of its events."""
    api = server.new_app(review=review)
    api.ok("/sandbox/callback", receiver.settings())
    return api


def coupon(api: Api) -> str:
    """Return a new card."""
    return api.create_card(card("GROUPON", {"sku": {"quantity": STOCK}}))


def status(api: Api, card_id: str) -> str:
    """Return where the card stands."""
    text: str = api.ok("/card/get", {"card_id": card_id})["card"]["groupon"]["base_info"]["status"]
    return text


def by_operator(server: Server, _api: Api, card_id: str, passed: bool) -> None:
    """Decide on the command line."""
    decision = ("approve", card_id) if passed else ("refuse", card_id, "--reason", REASON)
    printed("operator", *decision, **of(server.database))


def by_sandbox(_server: Server, api: Api, card_id: str, passed: bool) -> None:
    """Decide through the API, as sandbox accounts may."""
    path, more = ("/sandbox/approve", {}) if passed else ("/sandbox/refuse", {"reason": REASON})
    api.ok(path, {"card_id": card_id, **more})


DECIDED = {
    True: ("card_pass_check", "", "CARD_STATUS_VERIFY_OK"),
    False: ("card_not_pass_check", REASON, "CARD_STATUS_VERIFY_FAIL"),
}


@pytest.mark.parametrize("passed", DECIDED, ids=["approved", "refused"])
@pytest.mark.parametrize("decide", [by_operator, by_sandbox])
def test_a_decision_sends_its_event_and_hands_nothing_out(
    server: Server, receiver: Receiver, decide: Any, passed: bool
) -> None:
    api = merchant(server, receiver, "manual")
    ann, card_id = api.person("ann"), coupon(api)
    assert (status(api, card_id), told(api)) == ("CARD_STATUS_NOT_VERIFY", [])
    decide(server, api, card_id, passed)
    event, reason, stands = DECIDED[passed]
    (push,) = receiver.wait(1)
    assert (push.event, push.message["CardId"], push.message["RefuseReason"]) == (event, card_id, reason)
    assert push.message["FromUserName"] != ann
    assert status(api, card_id) == stands
    untouched(api, card_id, ann, event)


def test_an_automatic_review_sends_its_event_and_hands_nothing_out(server: Server, receiver: Receiver) -> None:
    api = merchant(server, receiver, "auto")
    ann, card_id = api.person("ann"), coupon(api)
    (push,) = receiver.wait(1)
    assert (push.event, push.message["CardId"], push.message["RefuseReason"]) == ("card_pass_check", card_id, "")
    assert status(api, card_id) == "CARD_STATUS_VERIFY_OK"
    untouched(api, card_id, ann, "card_pass_check")


def told(api: Api) -> list[str]:
    """Return the events of the account so far."""
    return [one["event"] for one in api.ok("/sandbox/events", {})["events"]]


def untouched(api: Api, card_id: str, openid: str, event: str) -> None:
    """Look for a code, a message or a change of the stock that a review may have caused."""
    assert api.stock(card_id) == {"quantity": STOCK, "total_quantity": STOCK}
    assert api.ok("/card/user/getcardlist", {"openid": openid}) == NOTHING
    assert api.ok("/ext/messages", {"openid": openid})["messages"] == []
    assert told(api) == [event]


def test_an_approved_card_goes_out_the_way_the_merchant_chooses_and_a_refused_one_does_not(
    server: Server, receiver: Receiver
) -> None:
    api = merchant(server, receiver, "manual")
    ann, good, bad = api.person("ann"), coupon(api), coupon(api)
    by_sandbox(server, api, good, passed=True)
    by_sandbox(server, api, bad, passed=False)
    wish = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": good}}}
    ticket = api.ok("/card/qrcode/create", wish)["ticket"]
    assert api.stock(good)["quantity"] == STOCK
    code = api.claim(good, ann, ticket=ticket)
    assert api.stock(good) == {"quantity": STOCK - 1, "total_quantity": STOCK}
    assert api.post("/ext/claim", {"card_id": bad, "openid": ann})["errcode"] == 40078
    assert api.ok("/card/user/getcardlist", {"openid": ann})["card_list"] == [{"code": code, "card_id": good}]
    assert told(api) == ["card_pass_check", "card_not_pass_check", "user_get_card"]
