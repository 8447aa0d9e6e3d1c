"""A shelf: a page of cards, each with its way to the claim (spec: cards.md 13.2)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from kaquan.actions.show_cards import ShownPage, show_shelf
from kaquan.api import scan
from kaquan.errors import Refusal
from kaquan.store.tx import Tx
from kaquan.web.claim_face import Face
from kaquan.web.page import page
from kaquan.web.visit import NotHere, Visit


@page("/shelf/{scan_id}")
async def shelf(visit: Visit) -> Response:
    """Show a shelf."""
    return visit.show(
        "claim/shelf.html", shown=await load_page(visit, show_shelf), face=Face(visit), scan_id=visit.path["scan_id"]
    )


async def load_page(visit: Visit, show: Callable[[Tx, str, str], ShownPage | None]) -> ShownPage:
    """Return the page of a ticket's name.

    Raises:
        NotHere: there is none, or its account is suspended.
    """
    name = visit.path["scan_id"]
    try:
        appid = scan.appid_of(name)
    except Refusal:
        raise NotHere from None
    await visit.enter(appid)
    found = await visit.read(lambda tx: show(tx, appid, name))
    if found is None:
        raise NotHere
    return found
