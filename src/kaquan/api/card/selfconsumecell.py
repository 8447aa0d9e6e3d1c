"""``/card/selfconsumecell/*``: consumption by the holder's own hand (spec: cards.md 11)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.set_cell import set_cell
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.api.route import endpoint
from kaquan.rules.cells import SELF_CONSUME, order
from kaquan.rules.fields import Alias, CardId


class SelfConsumeCellSet(msgspec.Struct):
    """Body of ``set``; the documented name of the second switch lacks its last letter."""

    card_id: CardId
    is_open: bool = False
    need_verify_cod: Annotated[bool, Alias("need_verify_code")] = False
    need_remark_amount: bool = False


@endpoint("/card/selfconsumecell/set", reads=SelfConsumeCellSet, refuses=order(SELF_CONSUME))
async def set_(call: Call, request: SelfConsumeCellSet) -> dict[str, Any]:
    """Turn self-service on or off, and say what it asks the holder for."""
    card_id, record = request.card_id, call.platform.record()
    options = {"need_verify_code": request.need_verify_cod, "need_remark_amount": request.need_remark_amount}
    return await change_card(
        call,
        card_id,
        lambda tx: set_cell(tx, call.appid, card_id, SELF_CONSUME, request.is_open, options, call.now, record),
    )
