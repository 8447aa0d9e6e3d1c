"""The messages that merchants sent to the visitor, over all accounts they have met."""

from __future__ import annotations

import asyncio
import heapq
import re
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_account import openids_of
from kaquan.actions.list_messages import list_messages
from kaquan.actions.show_cards import ShownCard, show_cards
from kaquan.rules.jump_url import safe_url
from kaquan.rules.message import WXCARD
from kaquan.store.tx import Tx
from kaquan.web.card_words import tone
from kaquan.web.links import message_path
from kaquan.web.page import page
from kaquan.web.visit import Visit

PAGE = 20
# An id has 63 bits; whatever is longer names no message.
LAST_ID = re.compile(r"[0-9]{1,18}|[1-8][0-9]{18}")


class Shown(msgspec.Struct, frozen=True):
    """A message as it is shown; ``card`` is None in a text, and where the card is gone."""

    id: int
    sender: str
    create_time: int
    text: str
    is_card: bool
    card: ShownCard | None
    path: str

    @property
    def tone(self) -> str:
        """Return the colour of its card."""
        return tone(self.card.base.color) if self.card else ""

    @property
    def picture(self) -> str:
        """Return the logo of its card."""
        return safe_url(self.card.picture) if self.card else ""


@page("/wallet/messages")
async def messages(visit: Visit) -> Response:
    """Show what the visitor was sent, the newest first."""
    person = visit.require_person()
    asked = visit.query.get("before", "")
    before = int(asked) if LAST_ID.fullmatch(asked) else 0
    known = await visit.read(lambda tx: openids_of(tx, person.id))
    lists = await asyncio.gather(*(of_app(visit, appid, openid, before) for appid, openid in known))
    every = list(heapq.merge(*lists, key=lambda one: -one.id))
    more = f"/wallet/messages?before={every[PAGE - 1].id}" if len(every) > PAGE else ""
    return visit.show("wallet/messages.html", messages=every[:PAGE], more=more, first=not before)


async def of_app(visit: Visit, appid: str, openid: str, before: int) -> list[Shown]:
    """Return one account's messages, one more than a page at most; a suspended account shows none."""
    app = await visit.platform.apps.get(appid)
    if app is None or app.suspended:
        return []

    def load(tx: Tx) -> list[Shown]:
        found = list_messages(tx, appid, openid, before, PAGE + 1)
        cards = show_cards(tx, appid, sorted({one[WXCARD]["card_id"] for one in found if one["msgtype"] == WXCARD}))
        return [shown(appid, app.name, one, cards) for one in found]

    return await visit.read(load)


def shown(appid: str, account: str, message: dict[str, Any], cards: dict[str, ShownCard]) -> Shown:
    """Return a message with its card; it comes from the card's brand, else from the account."""
    kind = message["msgtype"]
    told = message[kind]
    card = cards.get(told["card_id"]) if kind == WXCARD else None
    return Shown(
        id=int(message["id"]),
        sender=card.base.brand_name if card else account,
        create_time=message["create_time"],
        text=told.get("content", ""),
        is_card=kind == WXCARD,
        card=card,
        path=message_path(appid, message["id"]),
    )
