"""A holder shares a card: whoever follows the link claims a code of their own."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.share_card import share_card
from kaquan.api import scan
from kaquan.wallet.card import offer_of
from kaquan.wallet.holder import hold
from kaquan.web.links import share_path
from kaquan.web.page import page
from kaquan.web.visit import Visit


@page("/wallet/{appid}/{card_id}/{code}/share", "POST")
async def share(visit: Visit) -> Response:
    """Make the card's link and lead to it; a card that cannot be shared has no such button, and the link says why."""
    held = await hold(visit)
    if not held.base.can_share:
        return visit.go(share_path(f"{held.appid}/{held.card_id}"))
    if not offer_of(held).share:
        return visit.go(held.path())
    share_id = scan.share_id(visit.platform.keys, held.appid, held.card_id)
    await visit.write(lambda tx: share_card(tx, held.appid, held.card_id, "", share_id, visit.now))
    return visit.go(share_path(share_id))
