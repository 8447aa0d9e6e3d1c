"""``/card/user/*``: what a person holds (spec: codes.md 9)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.list_wallet import list_wallet
from kaquan.api.call import Call
from kaquan.api.card.owner import load_own_card
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.rules.fields import Openid
from kaquan.rules.openid import check_openid
from kaquan.store.apps import App


class GetCardList(msgspec.Struct):
    """Body of ``getcardlist``."""

    openid: Openid
    card_id: str | None = None


def check_holder(request: GetCardList, app: App, now: int) -> None:
    """Check whose wallet is meant."""
    check_openid(request.openid)


@endpoint("/card/user/getcardlist", reads=GetCardList, checks=check_holder, refuses=("40003 malformed",))
async def getcardlist(call: Call, request: GetCardList) -> dict[str, Any]:
    """Return the codes in a person's wallet, the newest first."""
    if request.card_id:
        await load_own_card(call, request.card_id)
    held = await call.read(lambda tx: list_wallet(tx, call.appid, request.openid, request.card_id))
    return ok(card_list=[{"code": code, "card_id": card_id} for code, card_id in held], has_share_card=False)
