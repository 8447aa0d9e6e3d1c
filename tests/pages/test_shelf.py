"""``/shelf/`` and ``/article/``: pages of cards that lead to their claim."""

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
from support.tickets import article, qr, shelf
from support.visitor import Visitor

LINK = re.compile(r'href="(/q/[^"]+)"( target="_top")?')
BAR = re.compile(r'class="card-bar(?: tone-(\w+))?"')
NAMES = re.compile(r'class="card-(?:brand|title)">([^<]+)<')


def policy(visitor: Visitor) -> dict[str, str]:
    """Return the directives of a page's Content-Security-Policy."""
    parts = visitor.headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_a_shelf_shows_its_cards_by_title_brand_and_colour(server: Server, api: Api) -> None:
    first = api.create_card(card("GROUPON", {"title": "Lunch", "brand_name": "Noodles", "color": "#63b359"}))
    second = api.create_card(card("CASH", {"title": "Ten off", "brand_name": "Tea", "color": "Color102"}))
    ann = Visitor(server)
    assert ann.get(shelf(api, first, second)) == 200
    assert BAR.findall(ann.page) == ["Color010", "Color102"]
    assert NAMES.findall(ann.page) == ["Noodles", "Lunch", "Tea", "Ten off"]
    assert ann.page.count('src="http://pic.example/a"') == 3
    assert policy(ann)["frame-ancestors"] == "'self'"


def test_what_a_merchant_typed_is_shown_as_text(server: Server, api: Api) -> None:
    evil, ann = "<script>\"'&", Visitor(server)
    card_id = api.create_card(card("GROUPON", {"title": "<b>\"'&", "brand_name": evil, "description": evil}))
    for url in (shelf(api, card_id, title=f"</title>{evil}"), qr(api, card_id), article(api, card_id)):
        ann.get(url)
        assert set(re.findall(r"<script>|<b>|</title><", ann.page)) == set()
        assert evil in unescape(ann.page)


def test_a_card_without_stock_has_no_link_and_a_deleted_one_is_gone(server: Server, api: Api) -> None:
    gone, empty = api.create_card(card()), api.create_card(card("CASH", {"sku": {"quantity": 1}}))
    url, ann = shelf(api, gone, empty), Visitor(server, language="en")
    api.claim(empty, api.person("ann"))
    api.ok("/card/delete", {"card_id": gone})
    ann.get(url)
    assert (len(BAR.findall(ann.page)), LINK.findall(ann.page), "None left" in ann.page) == (1, [], True)
    api.ok("/card/delete", {"card_id": empty})
    ann.get(url)
    assert "There are no cards here" in ann.page


@pytest.mark.parametrize("name", ["x", "%00", "A" * 32, "%E6%B1%89", "a" * 3000])
@pytest.mark.parametrize("kind", ["shelf", "article"])
def test_a_page_that_is_none_is_not_found(server: Server, kind: str, name: str) -> None:
    ann = Visitor(server, language="en")
    assert (ann.get(f"/{kind}/{name}"), "No such page" in ann.page) == (404, True)


def test_the_shelf_of_a_suspended_account_is_not_found(server: Server) -> None:
    api, ann = server.new_app(), Visitor(server)
    url = shelf(api, api.create_card(card()))
    assert ann.get(url) == 200
    server.database.transact(lambda tx: change_app(tx, api.appid, suspended=True))
    time.sleep(FRESH_SECONDS)
    assert ann.get(url) == 404


def test_an_article_stands_in_frames_and_leads_to_the_claim_beyond_it(server: Server, api: Api) -> None:
    card_id, ann = api.create_card(card("GROUPON", {"title": "Lunch"})), Visitor(server, "ann")
    assert ann.get(article(api, card_id)) == 200
    assert policy(ann)["frame-ancestors"] == "*"
    ((link, target),) = LINK.findall(ann.page)
    assert (target, ann.claim(link)[0][1]) == (' target="_top"', "")


def test_only_a_card_that_is_in_articles_has_a_page_for_them(server: Server, api: Api) -> None:
    card_id, ann = api.create_card(card()), Visitor(server)
    assert ann.get(qr(api, card_id).replace("/q/", "/article/")) == 404
    url = article(api, card_id)
    api.ok("/card/delete", {"card_id": card_id})
    assert ann.get(url) == 404
