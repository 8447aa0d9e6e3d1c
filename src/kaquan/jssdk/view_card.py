"""``openCard``: show codes that the visitor holds (spec: jssdk_and_pages.md 6)."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.list_choices import list_choices
from kaquan.api.failed import keep_failure
from kaquan.errors import Errcode, Refusal
from kaquan.jssdk.sheet import finish, open_page
from kaquan.rules.choose import Held
from kaquan.rules.fields import MAX_CODE_CHARACTERS
from kaquan.rules.js_call import cards_of, failed
from kaquan.web.page import page
from kaquan.web.visit import Visit

CALLS = frozenset({"batchViewCard"})


@page("/view-card/{sheet_id}")
async def view_card(visit: Visit) -> Response:
    """Show the codes that the page names."""
    started = time.perf_counter()
    made, openid = await open_page(visit, CALLS)
    wallet = await visit.read(lambda tx: list_choices(tx, visit.app.appid, openid, visit.now))
    try:
        found = [held_as(wallet, one) for one in cards_of(made.method, made.arguments)]
    except Refusal as refused:
        rid = keep_failure(visit.call, refused, started)[0]
        return await finish(visit, made, openid, failed("batchViewCard"), rid=rid)
    result = msgspec.json.encode(failed("batchViewCard", "ok")).decode()
    return visit.show("jssdk/view_card.html", held=found, origin=made.origin, result=result)


def held_as(wallet: list[Held], wanted: dict[str, Any]) -> Held:
    """Return the code in a wallet that a page names.

    Raises:
        Refusal: 40056, the visitor does not hold it.
    """
    card_id, code = wanted["card_id"], str(wanted.get("code") or "")
    found = next((one for one in wallet if (one.code, one.card_id) == (code, card_id)), None)
    if found is None:
        raise Errcode.INVALID_SERIAL_CODE("not_held", code=code[: MAX_CODE_CHARACTERS + 1], card_id=card_id)
    return found
