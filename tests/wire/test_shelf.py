"""``GET /shelf/``: the page of a shelf."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from card_bodies import card

from kaquan.actions.manage_app import change_app
from kaquan.store.apps import FRESH_SECONDS
from support.api import Api
from support.server import Server
from wire.answers import exchange

LINK = re.compile(r'href="\.\./(q/[^"]+)"')


def shelf(api: Api, *card_ids: str, title: str = "Our coupons", picture: str = "http://pic.example/a") -> str:
    """Make a shelf with these cards and return its path."""
    placed = [{"card_id": card_id, "thumb_url": picture} for card_id in card_ids]
    body = {"banner": picture, "page_title": title, "can_share": True, "scene": "SCENE_H5", "card_list": placed}
    url: str = api.ok("/card/landingpage/create", body)["url"]
    return url.removeprefix(api.base_url)


def page(api: Api, path: str, language: str = "") -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of a page."""
    status, headers, body = exchange(api, "GET", path, Accept_Language=language)
    return status, headers, body.decode()


def test_a_shelf_shows_its_cards_by_title_brand_and_colour(api: Api) -> None:
    first = api.create_card(card("GROUPON", {"title": "Lunch", "brand_name": "Noodles", "color": "#63b359"}))
    second = api.create_card(card("CASH", {"title": "Ten off", "brand_name": "Tea", "color": "Color102"}))
    status, headers, text = page(api, shelf(api, first, second))
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r'<li class="card (\w+)">', text) == ["Color010", "Color102"]
    assert re.findall(r'class="(?:brand|title)">([^<]+)<', text) == ["Noodles", "Lunch", "Tea", "Ten off"]
    assert text.count('src="http://pic.example/a"') == 3


def test_a_page_runs_no_script_and_stands_in_no_frame(api: Api) -> None:
    _, headers, text = page(api, shelf(api, api.create_card(card())))
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["frame-ancestors"], "script-src" in policy) == ("'none'", "'none'", False)
    assert "unsafe" not in headers["content-security-policy"]
    assert not re.search(r"<script|<style|\son\w+=|\sstyle=", text)
    assert headers["x-content-type-options"] == "nosniff"


def test_what_a_merchant_typed_is_shown_as_text(api: Api) -> None:
    evil = "<script>\"'&"
    card_id = api.create_card(card("GROUPON", {"title": "<b>\"'&", "brand_name": evil}))
    _, _, text = page(api, shelf(api, card_id, title=f"</title>{evil}", picture="http://pic.example/a?b&c='d'"))
    assert not {"<script>", "<b>", "</title><"} & set(re.findall(r"<script>|<b>|</title><", text))
    assert f"</title>{evil}" in unescape(text)
    assert "'d'" not in text


def test_each_card_leads_to_its_claim(api: Api) -> None:
    first, second = api.create_card(card()), api.create_card(card("CASH"))
    _, _, text = page(api, shelf(api, first, second))
    links = [unescape(link) for link in LINK.findall(text)]
    assert [link.partition("?card_id=")[2] for link in links] == [first, second]
    for link, card_id in zip(links, (first, second), strict=True):
        api.claim(card_id, api.person("ann"), ticket=f"{api.base_url}/{link}")


@pytest.mark.parametrize(
    ("accepted", "language", "claim"),
    [
        ("", "zh", "领取"),
        ("zh-CN,en;q=0.8", "zh", "领取"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en", "Get it"),
        ("fr, de;q=0.5", "zh", "领取"),
        ("fr,en;q=0.1", "en", "Get it"),
        ("en;q=x", "zh", "领取"),
        ("*", "zh", "领取"),
    ],
)
def test_a_page_speaks_the_language_that_is_wanted_most(sandbox: Api, accepted: str, language: str, claim: str) -> None:
    _, headers, text = page(sandbox, shelf(sandbox, sandbox.create_card(card())), accepted)
    assert (f'<html lang="{language}">' in text, f">{claim}</a>" in text) == (True, True)
    assert headers["vary"] == "accept-language"


def test_a_card_without_stock_has_no_link_and_a_deleted_one_is_gone(api: Api) -> None:
    gone, empty = api.create_card(card()), api.create_card(card("CASH", {"sku": {"quantity": 1}}))
    path = shelf(api, gone, empty)
    api.claim(empty, api.person("ann"))
    api.ok("/card/delete", {"card_id": gone})
    _, _, text = page(api, path, "en")
    assert (text.count("<li "), LINK.findall(text), "None left" in text) == (1, [], True)
    api.ok("/card/delete", {"card_id": empty})
    assert "No cards here" in page(api, path, "en")[2]


@pytest.mark.parametrize("name", ["", "x", "%00", "A" * 32, "%E6%B1%89", "../shelf", "a" * 4000])
def test_a_shelf_that_is_none_is_not_found(api: Api, name: str) -> None:
    status, headers, text = page(api, f"/shelf/{name}", "en")
    assert (status, "No such page" in text, "script-src" in headers["content-security-policy"]) == (404, True, False)


def test_the_shelf_of_a_suspended_account_is_not_found(server: Server) -> None:
    api = server.new_app()
    path = shelf(api, api.create_card(card()))
    assert page(api, path)[0] == 200
    server.database.transact(lambda tx: change_app(tx, api.appid, suspended=True))
    time.sleep(FRESH_SECONDS)
    assert page(api, path)[0] == 404
