"""``/card/landingpage/*``: shelves (spec: cards.md 13.2, distribution.md 5)."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import msgspec

from kaquan.actions.create_shelf import Shelf, ShelfCard, create_shelf
from kaquan.api import scan
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.api.encode import ok
from kaquan.api.precedence import OWN_CARD
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.fields import Alias, CardId, MaxBytes, OneOf, Picture
from kaquan.rules.ways import LIST_SIZE, PAGE_ORDER, check_card_list
from kaquan.store.apps import App

MOST_CARDS = 20
RANDOM_BYTES = 16
SCENES = (
    "SCENE_NEAR_BY",
    "SCENE_MENU",
    "SCENE_QRCODE",
    "SCENE_ARTICLE",
    "SCENE_H5",
    "SCENE_IVR",
    "SCENE_CARD_CUSTOM_CELL",
)


class Placed(msgspec.Struct):
    """A card on the shelf."""

    card_id: CardId
    thumb_url: Picture


class LandingPage(msgspec.Struct):
    """Body of ``create``."""

    banner: Picture
    page_title: Annotated[str, Alias("title"), MaxBytes(128)]
    can_share: bool
    scene: Annotated[str, OneOf(SCENES, Errcode.INVALID_SCENE)]
    card_list: Annotated[list[Placed], Alias("cardlist")]


def check_shelf(request: LandingPage, app: App, now: int) -> None:
    """Check how many cards the shelf has."""
    check_card_list("card_list", len(request.card_list), MOST_CARDS)


@endpoint(
    "/card/landingpage/create",
    reads=LandingPage,
    checks=check_shelf,
    refuses=(LIST_SIZE, OWN_CARD, *PAGE_ORDER),
)
async def create(call: Call, request: LandingPage) -> dict[str, Any]:
    """Make a shelf; each call makes another."""
    cards = [ShelfCard(one.card_id, one.thumb_url) for one in request.card_list]
    shelf = Shelf(request.banner, request.page_title, request.can_share, request.scene, cards)
    name = scan.scan_id(call.appid, secrets.token_bytes(RANDOM_BYTES))
    url = f"{call.platform.settings.base_url}/shelf/{name}"
    return await change_card(
        call,
        None,
        lambda tx: create_shelf(tx, call.appid, name, shelf, call.now),
        lambda page_id: ok(url=url, page_id=page_id),
    )
