"""One card in its holder's hands: what it is good for, its code, and all that can be done with it."""

from __future__ import annotations

import re
import secrets
from typing import Any

from starlette.responses import Response

from kaquan.actions.list_card_stores import list_card_stores
from kaquan.actions.note_visit import note_view
from kaquan.rules import card_page as rule
from kaquan.rules.code_picture import draw, grouped, look_of
from kaquan.rules.encrypt_code import NONCE_BYTES, encrypt_code
from kaquan.rules.jump_url import cell_url, safe_url
from kaquan.wallet import card_texts
from kaquan.wallet.face import face_of
from kaquan.wallet.holder import Held, hold
from kaquan.web import card_words, use_words
from kaquan.web.page import page
from kaquan.web.visit import Visit

NOT_DIALLED = re.compile(r"[^0-9+]")


class Picture:
    """The code as it is shown to a till.

    Args:
        held: the card.
    """

    def __init__(self, held: Held) -> None:
        look = look_of(held.base.code_type, held.code)
        self.kind = look.kind
        self.svg = draw(look, held.code)
        self.groups = grouped(held.code) if look.digits else []


@page("/wallet/{appid}/{card_id}/{code}")
async def card(visit: Visit) -> Response:
    """Show a card; the merchant is told of it where the card says so."""
    held = await hold(visit)
    base, holding = held.base, held.holding
    if rule.is_told_of_view(holding.code.card_type, base):
        record = visit.platform.record()
        whose = (held.appid, held.openid, held.card_id, held.code)
        await visit.write(lambda tx: note_view(tx, *whose, visit.now, record))
    visit.platform.views.add(held.appid, held.card_id, held.openid, visit.now)
    stores, store_count = await visit.read(lambda tx: list_card_stores(tx, held.appid, base))
    offer = offer_of(held)
    return visit.show(
        "wallet/card.html",
        held=held,
        base=base,
        face=face_of(visit, held),
        picture=Picture(held),
        offer=offer,
        phone=NOT_DIALLED.sub("", base.service_phone),
        stores=stores,
        store_count=store_count,
        **ways_out(visit, held, offer),
        **words(visit, held),
    )


@page("/wallet/{appid}/{card_id}/{code}/present")
async def present(visit: Visit) -> Response:
    """Show the code alone, as large as it goes; a code that cannot be used has only its card's page."""
    held = await hold(visit)
    picture = Picture(held)
    if not offer_of(held).present or picture.kind == "none":
        return visit.go(held.path())
    return visit.show("wallet/present.html", held=held, face=face_of(visit, held), picture=picture)


@page("/wallet/{appid}/{card_id}/{code}/state")
async def state(visit: Visit) -> Response:
    """Tell our script the state of the code, so that the page follows the till."""
    held = await hold(visit)
    return visit.answer({"state": held.state})


def offer_of(held: Held) -> rule.Offer:
    """Return what can be done with a held card."""
    one = held.holding
    return rule.offer(held.state, held.base, one.self_consume_cell, one.can_give_friend, one.bind_openid)


def ways_out(visit: Visit, held: Held, offer: rule.Offer) -> dict[str, Any]:
    """Return the cells and the centre button, with their links; each view encrypts the code anew."""
    key = visit.platform.keys.encrypt_code_key(held.appid)
    sealed = encrypt_code(key, held.code, secrets.token_bytes(NONCE_BYTES))
    cells = [
        (one.name or visit.text(card_texts.CELL_KINDS[one.kind]), one.tip, one.url)
        for one in rule.cells(held.base, sealed, held.card_id)
    ]
    name, url = card_texts.type_link(held.holding.code.card_type, held.holding.content)
    more = [(visit.text(name), "", url)] if url else []
    center = cell_url(held.base.center_url, sealed, held.card_id) if offer.center else ""
    return {"cells": [*cells, *more], "center": center}


def words(visit: Visit, held: Held) -> dict[str, Any]:
    """Return what the card says of itself."""
    content = held.holding.content
    heading, detail = card_words.detail(held.holding.code.card_type, content)
    advanced = content.advanced_info
    cover = advanced.abstract
    pictures = [(safe_url(one.image_url), one.text) for one in advanced.text_image_list]
    return {
        "rows": card_texts.rows(visit.text, content, held.holding.ticket),
        "heading": visit.text(heading) if heading else "",
        "detail": detail,
        "conditions": use_words.conditions(visit.text, advanced),
        "services": card_texts.services(visit.text, advanced),
        "cover": next(filter(None, map(safe_url, cover.icon_url_list)), "") if cover else "",
        "abstract": cover.abstract if cover else "",
        "pictures": pictures,
    }
