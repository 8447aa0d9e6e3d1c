"""``GET /article/``: what the frame in an article shows."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from card_bodies import card

from support.api import Api
from wire.answers import exchange

LINK = re.compile(r'href="\.\./(q/[^"]+)" target="_top"')


def frame(api: Api, card_id: str) -> ET.Element:
    """Return the frame of a card, which has to be well-formed."""
    return ET.fromstring(api.ok("/card/mpnews/gethtml", {"card_id": card_id})["content"])


def article(api: Api, card_id: str) -> str:
    """Return the path of the frame's page."""
    return frame(api, card_id).attrib["data-src"].removeprefix(api.base_url).partition("#")[0]


def test_the_frame_names_the_card_and_the_account(api: Api) -> None:
    card_id = api.create_card(card())
    found = frame(api, card_id)
    assert (found.tag, found.attrib["class"]) == ("iframe", "res_iframe card_iframe js_editor_card")
    address = found.attrib["data-src"]
    assert f"cardid={card_id}" in address
    assert address.endswith("&wechat_card_js=1#wechat_redirect")


def test_the_page_shows_the_card_and_leads_to_its_claim(api: Api) -> None:
    card_id = api.create_card(card("GROUPON", {"title": "<i>Lunch", "brand_name": "Noodles"}))
    status, headers, body = exchange(api, "GET", article(api, card_id), Accept_Language="en")
    text = body.decode()
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (">Noodles<" in text, "&lt;i&gt;Lunch" in text, "<i>" in text) == (True, True, False)
    # An article shows it in a frame.
    assert "frame-ancestors" not in headers["content-security-policy"]
    (link,) = LINK.findall(text)
    api.claim(card_id, api.person("ann"), ticket=f"{api.base_url}/{unescape(link)}")


def test_only_a_card_that_is_in_articles_has_a_page(api: Api) -> None:
    card_id = api.create_card(card())
    info = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id}}}
    scanned = api.ok("/card/qrcode/create", info)["url"].rpartition("/")[2]
    assert exchange(api, "GET", f"/article/{scanned}")[0] == 404


def test_a_deleted_card_has_none_any_more(api: Api) -> None:
    card_id = api.create_card(card())
    path = article(api, card_id)
    api.ok("/card/delete", {"card_id": card_id})
    assert exchange(api, "GET", path)[0] == 404


@pytest.mark.parametrize("name", ["", "x", "A" * 32])
def test_a_page_that_is_none_is_not_found(api: Api, name: str) -> None:
    assert exchange(api, "GET", f"/article/{name}")[0] == 404
