"""``/card/paycell/*``: the fast-pay row of a card's page (spec: cards.md 11)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.set_cell import set_cell
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.cells import PAY, order
from kaquan.rules.fields import CardId, member
from kaquan.store.apps import App

PERMISSION = "pay"


class PaycellSet(msgspec.Struct):
    """Body of ``set``."""

    card_id: CardId
    is_open: bool = True


def check_permission(request: PaycellSet, app: App, now: int) -> None:
    """Check the right to be paid, where fast pay is to be turned on."""
    if request.is_open and PERMISSION not in app.permissions:
        facts = {"path": "is_open", "expected": "false, or the permission", "got": "true", "permission": PERMISSION}
        raise Errcode.PAY_UNAUTHORIZED("permission_missing", **facts, repair=member("is_open", False))


@endpoint(
    "/card/paycell/set",
    reads=PaycellSet,
    checks=check_permission,
    refuses=("43008 permission_missing", *order(PAY)),
)
async def set_(call: Call, request: PaycellSet) -> dict[str, Any]:
    """Turn fast pay on or off; to turn it on takes the right to be paid."""
    card_id, record = request.card_id, call.platform.record()
    return await change_card(
        call, card_id, lambda tx: set_cell(tx, call.appid, card_id, PAY, request.is_open, {}, call.now, record)
    )
