"""One card in its holder's hands: what it is good for, its code, and all that can be done with it."""

from __future__ import annotations

import re

from starlette.responses import Response

from kaquan.actions.list_card_stores import list_card_stores
from kaquan.actions.note_visit import note_view
from kaquan.rules import card_page as rule
from kaquan.wallet.face import face_of
from kaquan.wallet.holder import Held, hold
from kaquan.web.card_page import Picture, ways_out, words
from kaquan.web.page import page
from kaquan.web.visit import Visit

NOT_DIALLED = re.compile(r"[^0-9+]")


@page("/wallet/{appid}/{card_id}/{code}")
async def card(visit: Visit) -> Response:
    """Show a card; the merchant is told of it where the card says so."""
    held = await hold(visit)
    base, holding = held.base, held.holding
    card_type = holding.code.card_type
    if rule.is_told_of_view(card_type, base):
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
        picture=Picture(base, held.code),
        offer=offer,
        phone=NOT_DIALLED.sub("", base.service_phone),
        stores=stores,
        store_count=store_count,
        **ways_out(visit, card_type, holding.content, held.appid, held.card_id, held.code, offer),
        **words(visit, card_type, holding.content, holding.ticket),
    )


@page("/wallet/{appid}/{card_id}/{code}/present")
async def present(visit: Visit) -> Response:
    """Show the code alone, as large as it goes; a code that cannot be used has only its card's page."""
    held = await hold(visit)
    picture = Picture(held.base, held.code)
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
