"""``kaquan operator``: a review decided beside a running server, and the event that follows."""

from __future__ import annotations

from card_bodies import card
from store_bodies import store

from cli.command import kaquan, of, printed
from kaquan.actions.keep_audit import list_about
from support.api import Api
from support.callback import Receiver
from support.server import Server


def reviewed(api: Api, card_id: str) -> str:
    """Return a card's status."""
    status: str = api.ok("/card/get", {"card_id": card_id})["card"]["groupon"]["base_info"]["status"]
    return status


def test_a_decision_is_pushed_and_holds(server: Server, receiver: Receiver) -> None:
    api = server.new_app(review="manual")
    api.ok("/sandbox/callback", receiver.settings())
    good, bad = api.create_card(card()), api.create_card(card())
    assert [reviewed(api, one) for one in (good, bad)] == ["CARD_STATUS_NOT_VERIFY"] * 2
    where = of(server.database)
    assert printed("operator", "approve", good, **where) == [f"approved {good}"]
    assert printed("operator", "refuse", bad, "--reason", "logo unclear", **where) == [f"refused {bad}"]
    assert [reviewed(api, one) for one in (good, bad)] == ["CARD_STATUS_VERIFY_OK", "CARD_STATUS_VERIFY_FAIL"]
    told = [(push.event, push.message["CardId"], push.message["RefuseReason"]) for push in receiver.wait(2)]
    assert told == [("card_pass_check", good, ""), ("card_not_pass_check", bad, "logo unclear")]


def test_what_is_not_under_review_is_refused_with_the_cause(server: Server) -> None:
    api = server.new_app()
    card_id = api.create_card(card())
    done = kaquan("operator", "approve", card_id, **of(server.database))
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines() == [
        "40078 invalid card status",
        f"cause: Card {card_id} is CARD_STATUS_VERIFY_OK, so there is no review to decide.",
        "fix: Approve or refuse only cards that are CARD_STATUS_NOT_VERIFY.",
    ]
    unknown = kaquan("operator", "refuse", "pNone", "--reason", "x", **of(server.database))
    assert (unknown.status, unknown.out, unknown.err) == (1, "", "no account has a card pNone\n")


def test_a_store_is_reviewed_by_its_account_and_number(server: Server) -> None:
    api = server.new_app(review="manual")
    good, bad = (api.ok("/cgi-bin/poi/addpoi", store())["poi_id"] for _ in range(2))
    where = of(server.database)
    assert printed("operator", "approve-store", api.appid, good, **where) == [f"approved {good}"]
    assert printed("operator", "refuse-store", api.appid, bad, "--reason", "no street", **where) == [f"refused {bad}"]
    states = [api.ok("/cgi-bin/poi/getpoi", {"poi_id": one})["business"]["base_info"] for one in (good, bad)]
    assert [one["available_state"] for one in states] == [3, 4]
    again = kaquan("operator", "approve-store", api.appid, good, **where)
    assert (again.status, again.err.splitlines()[0]) == (1, "65118 store status is invalid")
    unknown = kaquan("operator", "approve-store", "wx0000000000000000", good, **where)
    assert (unknown.status, unknown.err.startswith("no app wx0000000000000000")) == (1, True)


def test_a_card_is_taken_down_and_restored_and_both_stand_in_the_logs(server: Server) -> None:
    api, where = server.new_app(), of(server.database)
    card_id = api.create_card(card())
    early = kaquan("operator", "restore", card_id, **where)
    cause = f"cause: Card {card_id} is CARD_STATUS_VERIFY_OK: it was not taken down, so it cannot be put back."
    assert (early.status, early.err.splitlines()[:2]) == (1, ["40078 invalid card status", cause])
    assert printed("operator", "takedown", card_id, "--reason", "misleading", **where) == [f"taken down {card_id}"]
    assert reviewed(api, card_id) == "CARD_STATUS_SYS_OFF_SHELF"
    listed = api.ok("/card/batchget", {"offset": 0, "count": 9, "status_list": ["CARD_STATUS_SYS_OFF_SHELF"]})
    assert listed["card_id_list"] == [card_id]
    twice = kaquan("operator", "takedown", card_id, "--reason", "misleading", **where)
    cause = (
        f"cause: Card {card_id} is CARD_STATUS_SYS_OFF_SHELF, so nobody can claim it and there is nothing to take down."
    )
    assert (twice.status, twice.err.splitlines()[:2]) == (1, ["40078 invalid card status", cause])
    assert printed("operator", "restore", card_id, **where) == [f"restored {card_id}"]
    assert reviewed(api, card_id) == "CARD_STATUS_VERIFY_OK"
    for appid in ("", api.appid):
        kept = server.database.transact(lambda tx, appid=appid: list_about(tx, appid, card_id, 9))  # type: ignore[misc]
        assert [(one.action, one.reason) for one in kept] == [("card.restore", ""), ("card.takedown", "misleading")]
