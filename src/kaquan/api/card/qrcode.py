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
from kaquan.api.decode import HeadedReader, Reader
from kaquan.api.encode import ok
from kaquan.api.precedence import OWN_CARD
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.fields import CardId, Id, MaxBytes, NewCode, OneOf
from kaquan.rules.openid import check_openid
from kaquan.rules.qr import ORDER, PLACE, Wish, check_apart, life
from kaquan.rules.ways import LIST_SIZE, check_card_list
from kaquan.store.apps import App

QR_CARD = "QR_CARD"
MULTIPLE = "QR_MULTIPLE_CARD"
MOST_CARDS = 5
LIST = "action_info.multiple_card.card_list"
RANDOM_BYTES = 16


class QrCard(msgspec.Struct):
    """A card of a ticket and how it is handed out."""

    card_id: CardId
    code: NewCode = ""
    openid: str = ""
    is_unique_code: bool = False
    outer_id: Id = 0
    outer_str: Annotated[str, MaxBytes(128)] = ""
    expire_seconds: Id | None = None


class OneCard(msgspec.Struct):
    """What a ticket of one card is for."""

    card: QrCard


class CardList(msgspec.Struct):
    """The cards of a ticket of several."""

    card_list: list[QrCard]
    expire_seconds: Id | None = None


class SeveralCards(msgspec.Struct):
    """What a ticket of several cards is for."""

    multiple_card: CardList


class QrHead(msgspec.Struct):
    """What every ticket says of itself; its name decides what else is read."""

    action_name: Annotated[str, OneOf((QR_CARD, MULTIPLE), Errcode.INVALID_ACTION_NAME)]
    expire_seconds: Id | None = None


class QrOne(QrHead, kw_only=True):
    """Body of ``create`` for one card."""

    action_info: OneCard


class QrSeveral(QrHead, kw_only=True):
    """Body of ``create`` for several cards."""

    action_info: SeveralCards


READER = HeadedReader(
    Reader(QrHead), {QR_CARD: Reader(QrOne), MULTIPLE: Reader(QrSeveral)}, lambda head: head.action_name
)
QR_ORDER = (LIST_SIZE, "40003 malformed", "40053 card_twice", OWN_CARD, *ORDER)


def check_ticket(request: QrOne | QrSeveral, app: App, now: int) -> None:
    """Check the cards of a ticket as far as that can be done without looking at them."""
    wishes = wishes_of(request)
    check_card_list(LIST, len(wishes), MOST_CARDS)
    for wish in wishes:
        if wish.openid:
            check_openid(wish.openid, "" if wish.place == PLACE else f"{wish.place}.openid")
    check_apart(wishes)


@endpoint("/card/qrcode/create", reads=READER, checks=check_ticket, refuses=QR_ORDER)
async def create(call: Call, request: QrOne | QrSeveral) -> dict[str, Any]:
    """Make a ticket; each call makes another."""
    wishes, seconds = wishes_of(request), life(seconds_of(request))
    name = scan.scan_id(call.appid, secrets.token_bytes(RANDOM_BYTES))
    most = call.platform.settings.live_tickets
    return await change_card(
        call,
        None,
        lambda tx: create_qr(tx, call.appid, name, wishes, seconds, call.now, most),
        lambda _: ok(**addresses(call, name, seconds)),
    )


def cards_of(request: QrOne | QrSeveral) -> list[tuple[str, QrCard]]:
    """Return the cards, each with where the request names it."""
    if isinstance(request, QrOne):
        return [(PLACE, request.action_info.card)]
    return [(f"{LIST}[{position}]", card) for position, card in enumerate(request.action_info.multiple_card.card_list)]


def wishes_of(request: QrOne | QrSeveral) -> list[Wish]:
    """Return what the ticket is to do for each card."""
    wishes = []
    for place, card in cards_of(request):
        channel = (card.outer_str or "", card.outer_id or 0)
        wishes.append(Wish(card.card_id, card.code or "", card.openid or "", card.is_unique_code, *channel, place))
    return wishes


def seconds_of(request: QrOne | QrSeveral) -> int | None:
    """Return the life the request asks for, from the outermost place that says one."""
    several = [] if isinstance(request, QrOne) else [request.action_info.multiple_card.expire_seconds]
    said = [request.expire_seconds, *several, *(card.expire_seconds for _, card in cards_of(request))]
    return next(filter(None, said), None)


def addresses(call: Call, name: str, seconds: int) -> dict[str, Any]:
    """Return the ticket and its life with what is scanned and where its picture is, in the order of the original."""
    base = call.platform.settings.base_url
    ticket = scan.ticket(call.platform.keys, name)
    picture = f"{base}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"
    where = {"url": scan.scan_url(base, name), "show_qrcode_url": picture}
    return {"ticket": ticket, "expire_seconds": seconds, **where}
