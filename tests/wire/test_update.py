"""What a change of a card does to claims, to what people see, and to codes that are out already."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import card

from support.api import Api
from support.server import Server

BEGIN, END = 1_500_000_000, 2_000_000_000


@pytest.fixture
def reviewed(server: Server) -> Api:
    """A client of an account whose cards are reviewed by hand."""
    return server.new_app(review="manual")


def approved(api: Api, **base_info: Any) -> str:
    card_id = api.create_card(card("GROUPON", base_info))
    api.ok("/sandbox/approve", {"card_id": card_id})
    return card_id


def update(api: Api, card_id: str, **base_info: Any) -> bool:
    send_check: bool = api.ok("/card/update", {"card_id": card_id, "groupon": {"base_info": base_info}})["send_check"]
    return send_check


def base_info(api: Api, card_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.ok("/card/get", {"card_id": card_id})["card"]["groupon"]["base_info"]
    return found


def page(api: Api, card_id: str) -> str:
    """Return the card's page as people see it."""
    content = api.ok("/card/mpnews/gethtml", {"card_id": card_id})["content"]
    address = content.split('data-src="')[1].split('"')[0].replace("&amp;", "&")
    status, body = api.http.send("GET", address.removeprefix(api.base_url))
    assert status == 200
    return body.decode()


def claim(api: Api, card_id: str) -> Any:
    return api.post("/ext/claim", {"card_id": card_id, "openid": api.person("ann")})["errcode"]


def test_while_a_change_is_under_review_claims_go_on_and_people_see_the_old_card(reviewed: Api) -> None:
    card_id = approved(reviewed, logo_url="https://example.com/old.png")
    assert update(reviewed, card_id, logo_url="https://example.com/new.png")
    assert base_info(reviewed, card_id)["status"] == "CARD_STATUS_NOT_VERIFY"
    assert base_info(reviewed, card_id)["logo_url"] == "https://example.com/new.png"
    assert "old.png" in page(reviewed, card_id)
    assert claim(reviewed, card_id) == 0
    reviewed.ok("/sandbox/approve", {"card_id": card_id})
    assert "new.png" in page(reviewed, card_id)
    assert base_info(reviewed, card_id)["status"] == "CARD_STATUS_VERIFY_OK"


def test_a_second_change_under_review_still_shows_what_was_approved(reviewed: Api) -> None:
    card_id = approved(reviewed, logo_url="https://example.com/old.png")
    update(reviewed, card_id, logo_url="https://example.com/new.png")
    update(reviewed, card_id, logo_url="https://example.com/newer.png")
    update(reviewed, card_id, get_limit=1)
    assert "old.png" in page(reviewed, card_id)
    assert [claim(reviewed, card_id), claim(reviewed, card_id)] == [0, 45033]


def test_a_refused_change_closes_the_card(reviewed: Api) -> None:
    card_id = approved(reviewed)
    update(reviewed, card_id, notice="other")
    reviewed.ok("/sandbox/refuse", {"card_id": card_id})
    assert claim(reviewed, card_id) == 40078


def test_a_card_that_was_never_approved_stays_closed(reviewed: Api) -> None:
    card_id = reviewed.create_card(card("GROUPON"))
    assert update(reviewed, card_id, notice="other")
    assert claim(reviewed, card_id) == 40078


def test_a_wider_range_holds_for_codes_that_were_claimed(api: Api) -> None:
    now = api.ok("/sandbox/events", {})["now"]
    dates = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": BEGIN, "end_timestamp": now + 3600}
    card_id = api.create_card(card("GROUPON", {"date_info": dates}))
    code = api.claim(card_id, api.person("ann"))
    api.ok("/sandbox/clock", {"advance": 7000})
    api.renew()
    assert api.post("/card/code/consume", {"code": code})["errcode"] == 40079
    assert not update(api, card_id, date_info={**dates, "end_timestamp": END})
    found = api.ok("/card/code/get", {"code": code})
    assert (found["card"]["begin_time"], found["card"]["end_time"]) == (BEGIN, END)
    api.ok("/card/code/consume", {"code": code})


def test_a_change_that_is_approved_at_once_is_told_as_every_approval(api: Api) -> None:
    card_id = api.create_card(card("GROUPON"))
    update(api, card_id, notice="other")
    told = [one["event"] for one in api.ok("/sandbox/events", {})["events"]]
    assert told == ["card_pass_check", "card_pass_check"]


def test_what_card_get_says_can_be_sent_back(api: Api) -> None:
    card_id = api.create_card(card("GROUPON"))
    shown = api.ok("/card/get", {"card_id": card_id})["card"]
    assert api.ok("/card/update", {"card_id": card_id, "groupon": shown["groupon"]}) == {"send_check": False}
    assert api.ok("/card/get", {"card_id": card_id})["card"] == shown
