"""Q5: ``url_name_type`` and ``custom_url`` make one cell of the card's page: both or neither; promotion cells alike."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from card_bodies import card
from playwright.sync_api import Page, expect

from qa.desk import Desk, repaired
from qa.devices import Device
from support.holder import PNG, Holder, upload
from support.server import Server

LINK = "https://shop.example/book?from=card"
NAMES = (
    "TAKE_AWAY",
    "RESERVATION",
    "USE_IMMEDIATELY",
    "APPOINTMENT",
    "EXCHANGE",
    "MALL",
    "VEHICLE_INFORMATION",
)
KINDS = {"custom": "url_name_type", "promotion": "promotion_url_name_type"}
CELLS = pytest.mark.parametrize(("cell", "kind"), KINDS.items())
INCOMPLETE = "40150 invalid card parameters"
BASE = "card.groupon.base_info."


@pytest.fixture
def desk(sqlite_server: Server) -> Desk:
    """A merchant; how a card is read does not depend on the database."""
    return Desk(sqlite_server.new_app(sandbox=False, card_function="granted"), sqlite_server.database)


def cells(desk: Desk, card_id: str) -> dict[str, Any]:
    """Return what ``/card/get`` shows of both cells."""
    base_info = desk.passes("/card/get", {"card_id": card_id})["card"]["groupon"]["base_info"]
    return {name: value for name, value in base_info.items() if name.startswith(("custom_", "promotion_", "url_name"))}


@CELLS
def test_the_kind_is_sent_as_its_name_or_its_number_and_kept_as_its_name(desk: Desk, cell: str, kind: str) -> None:
    for number, name in enumerate(NAMES):
        expected = {f"{cell}_url": LINK, kind: f"URL_NAME_TYPE_{name}"}
        for sent in (expected[kind], number, str(number)):
            assert cells(desk, desk.api.create_card(card("GROUPON", {**expected, kind: sent}))) == expected


@CELLS
def test_a_cell_may_have_a_name_of_its_own_and_all_of_it_is_kept(desk: Desk, cell: str, kind: str) -> None:
    sent = {
        f"{cell}_url_name": "在线订座",
        f"{cell}_url": LINK,
        f"{cell}_url_sub_title": "提前一天",
        kind: "URL_NAME_TYPE_RESERVATION",
        f"{cell}_app_brand_user_name": "gh_1@app",
        f"{cell}_app_brand_pass": "pages/a",
    }
    assert cells(desk, desk.api.create_card(card("GROUPON", sent))) == sent


def test_both_cells_stand_side_by_side(desk: Desk) -> None:
    sent = {f"{cell}_url": LINK for cell in KINDS} | {"custom_url_name": "订座", "promotion_url_name": "更多"}
    assert cells(desk, desk.api.create_card(card("GROUPON", sent))) == sent


@pytest.mark.parametrize("value", [..., None, ""])
def test_neither_is_no_cell(desk: Desk, value: Any) -> None:
    sent = {name: value for cell, kind in KINDS.items() for name in (f"{cell}_url", f"{cell}_url_name", kind)}
    assert cells(desk, desk.api.create_card(card("GROUPON", sent))) == {}


def test_the_number_0_without_an_address_is_no_cell_since_typed_sdks_send_it(desk: Desk) -> None:
    assert cells(desk, desk.api.create_card(card("GROUPON", dict.fromkeys(KINDS.values(), 0)))) == {}


@CELLS
@pytest.mark.parametrize("named", ["name", "kind"])
def test_a_name_without_an_address_is_refused(desk: Desk, cell: str, kind: str, named: str) -> None:
    field, value = (f"{cell}_url_name", "订座") if named == "name" else (kind, "URL_NAME_TYPE_MALL")
    body = card("GROUPON", {field: value})
    assert desk.refused("/card/create", body) == {
        "answer": INCOMPLETE,
        "cause": "cell_without_url",
        "zh": f"填了 {field}，入口却没有跳转地址：{BASE}{cell}_url 是空的。",
        "path": f"{BASE}{cell}_url",
        "expected": f"a link, with {field} set",
        "got": "nothing",
    }
    assert desk.passes("/card/create", card("GROUPON", {field: value, f"{cell}_url": LINK}))


@CELLS
@pytest.mark.parametrize("target", ["url", "app_brand_user_name"])
def test_an_address_without_a_name_is_refused(desk: Desk, cell: str, kind: str, target: str) -> None:
    field, value = f"{cell}_{target}", LINK if target == "url" else "gh_1@app"
    body = card("GROUPON", {field: value})
    assert desk.refused("/card/create", body) == {
        "answer": INCOMPLETE,
        "cause": "cell_without_name",
        "zh": f"填了 {field}，却没有给这个入口起名：{BASE}{cell}_url_name 是空的。",
        "path": f"{BASE}{cell}_url_name",
        "expected": f"a name, with {field} set",
        "got": "nothing",
    }
    shown = cells(desk, desk.api.create_card(card("GROUPON", {field: value, kind: "URL_NAME_TYPE_MALL"})))
    assert shown[kind] == "URL_NAME_TYPE_MALL"


@CELLS
def test_a_kind_outside_the_list_is_refused_with_the_list(desk: Desk, cell: str, kind: str) -> None:
    told = desk.refused("/card/create", card("GROUPON", {f"{cell}_url": LINK, kind: 7}))
    assert (told["answer"], told["cause"], told["path"]) == (INCOMPLETE, "unknown_value", BASE + kind)
    assert told["expected"] == "one of " + ", ".join(f"URL_NAME_TYPE_{name}" for name in NAMES)


def test_a_kind_that_is_nearly_one_of_the_list_is_mended(desk: Desk) -> None:
    body = card("GROUPON", {"custom_url": LINK, "url_name_type": "URL_NAME_TYPE_RESERVATON"})
    told = desk.refused("/card/create", body)
    assert told["did_you_mean"] == "URL_NAME_TYPE_RESERVATION"
    assert desk.passes("/card/create", repaired(body, told))


@CELLS
def test_a_cell_leads_to_http_only(desk: Desk, cell: str, kind: str) -> None:
    told = desk.refused("/card/create", card("GROUPON", {f"{cell}_url": "javascript:1", kind: "URL_NAME_TYPE_MALL"}))
    assert (told["cause"], told["path"]) == ("not_http", f"{BASE}{cell}_url")


def test_on_the_page_the_cell_shows_its_name_and_leads_on_with_code_and_card(
    phone: Page, sqlite_server: Server, device: Device
) -> None:
    me = Holder(sqlite_server, sqlite_server.new_app(js_device=device.account))
    me.sign_in(phone)
    base = {
        "logo_url": upload(me.api, PNG),
        "custom_url": LINK,
        "url_name_type": "URL_NAME_TYPE_RESERVATION",
        "custom_url_sub_title": "提前一天",
        "promotion_url": f"{LINK}#more",
        "promotion_url_name": "更多优惠",
    }
    card_id, code = me.card(card("GROUPON", base))
    phone.goto(me.address(card_id, code))
    for name in ("在线预订 提前一天", "更多优惠"):
        url = urlsplit(phone.get_by_role("link", name=name, exact=True).get_attribute("href") or "")
        asked = dict(parse_qsl(url.query))
        assert (url.hostname, list(asked)) == ("shop.example", ["from", "encrypt_code", "card_id"])
        assert asked["card_id"] == card_id
        assert me.api.ok("/card/code/decrypt", {"encrypt_code": asked["encrypt_code"]})["code"] == code
    neither = me.card(card("GROUPON", {"logo_url": base["logo_url"]}))
    phone.goto(me.address(*neither))
    expect(phone.get_by_role("link", name="在线预订")).to_have_count(0)
