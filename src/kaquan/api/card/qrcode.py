"""``/card/qrcode/*``: QR tickets (spec: cards.md 13.1)."""

from __future__ import annotations

import secrets
from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from kaquan.actions.create_qr import create_qr
from kaquan.api import scan
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.fields import CardId, Id, MaxBytes, MaxCharacters, OneOf
from kaquan.rules.openid import check_openid
from kaquan.rules.qr import Wish, life

QR_CARD = "QR_CARD"
MULTIPLE = "QR_MULTIPLE_CARD"
RANDOM_BYTES = 16


class QrCard(msgspec.Struct):
    """The card of a ticket and how it is handed out."""

    card_id: CardId
    code: Annotated[str, MaxCharacters(20)] = ""
    openid: str = ""
    is_unique_code: bool = False
    outer_id: Id = 0
    outer_str: Annotated[str, MaxBytes(128)] = ""
    expire_seconds: Id | None = None


class ActionInfo(msgspec.Struct):
    """What the ticket is for."""

    card: QrCard


class QrCreate(msgspec.Struct):
    """Body of ``create``."""

    action_name: Annotated[str, OneOf((QR_CARD, MULTIPLE), Errcode.INVALID_ACTION_NAME)]
    action_info: ActionInfo
    expire_seconds: Id | None = None


@endpoint("/card/qrcode/create", reads=QrCreate)
async def create(call: Call, request: QrCreate) -> dict[str, Any]:
    """Make a ticket; each call makes another."""
    if request.action_name == MULTIPLE:
        raise Errcode.API_UNAUTHORIZED("not_implemented", path=f"/card/qrcode/create {MULTIPLE}")
    card = request.action_info.card
    if card.openid:
        check_openid(card.openid)
    wish = Wish(card.card_id, card.code, card.openid, card.is_unique_code, card.outer_str, card.outer_id)
    seconds = life(request.expire_seconds or card.expire_seconds or None)
    name = scan.scan_id(call.appid, secrets.token_bytes(RANDOM_BYTES))
    return await change_card(
        call,
        card.card_id,
        lambda tx: create_qr(tx, call.appid, name, wish, seconds, call.now),
        lambda _: ok(**addresses(call, name), expire_seconds=seconds),
    )


def addresses(call: Call, name: str) -> dict[str, str]:
    """Return the ticket with what is scanned and where its picture is."""
    base = call.platform.settings.base_url
    ticket = scan.ticket(call.platform.keys, name)
    picture = f"{base}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"
    return {"ticket": ticket, "url": scan.scan_url(base, name), "show_qrcode_url": picture}
