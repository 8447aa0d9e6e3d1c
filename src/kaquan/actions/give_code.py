"""Give a code away: nobody can use it until somebody accepts it or it comes back (spec: jssdk_and_pages.md 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.change_code import load_code
from kaquan.actions.event_time import next_event_time
from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.actions.return_gift import back_if_over
from kaquan.events.catalogue import UserGiftingCard
from kaquan.rules import code as code_rule
from kaquan.rules import gift as rule
from kaquan.rules.code import Code
from kaquan.rules.gift import Card, Gift
from kaquan.store import tables
from kaquan.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Give:
    """Somebody's wish to give a code away.

    Args:
        gift_id: the name that the gift gets.
        openid: the giver.
        card_id, code: what is given.
        receiver: who alone may accept it, empty for whoever comes first.
        chat_room: given into a group.
        greeting: the giver's words.
    """

    gift_id: str
    openid: str
    card_id: str
    code: str
    receiver: str
    chat_room: bool
    greeting: str


def give_code(tx: Tx, appid: str, give: Give, now: int, record: Record) -> None:
    """Begin a gift and push user_gifting_card (spec: events.md 6.3).

    Raises:
        Refusal: 40073, 40056, 45030 the card is not given away, 40099, 40127, 40003 to oneself.
    """
    card = load_card(tx, appid, give.card_id)
    found = back_if_over(tx, appid, load_code(tx, appid, give.code, give.card_id), now, record)
    check_give(card, found, give.openid, give.receiver, now)
    gift = Gift(
        **{name: getattr(give, name) for name in Give.__slots__},
        scope=found.scope,
        status=rule.OPEN,
        taker="",
        new_code="",
        create_time=now,
        due_time=now + code_rule.GIFT_SECONDS,
    )
    tx.run(sa.insert(tables.gift).values(appid=appid, **msgspec.structs.asdict(gift)))
    _hold(tx, appid, gift, now, record)
    record.save(tx, appid)


def check_give(card: Any, code: Code, openid: str, receiver: str, now: int) -> None:
    """Go on only if a person can give a code away.

    Raises:
        Refusal: as :func:`give_code`.
    """
    refused = rule.give_refusal(card_of(card), code, openid, receiver, now)
    if refused is not None:
        raise refused


def card_of(row: Any) -> Card:
    """Return what the rule of gifts needs of a card's row."""
    return Card(*(getattr(row, name) for name in Card.__struct_fields__))


def _hold(tx: Tx, appid: str, gift: Gift, now: int, record: Record) -> None:
    table = tables.code
    mine = (table.c.appid == appid) & (table.c.code == gift.code) & (table.c.scope == gift.scope)
    at = next_event_time(tx, appid, gift.openid, now)
    held = {"status": code_rule.GIFTING, "status_time": now, "event_time": at}
    tx.run(sa.update(table).where(mine).values(held))
    event = UserGiftingCard(
        CardId=gift.card_id,
        UserCardCode=gift.code,
        FriendUserName=gift.receiver,
        IsChatRoom=int(gift.chat_room),
    )
    record.event("gift", event, gift.openid, at, gift.card_id, gift.code)
