"""Gifts in a shop, without a server: what the people do, and what the merchant is told."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from card_bodies import NOW

from kaquan.actions.accept_gift import Sources, accept_gift
from kaquan.actions.give_code import Give, give_code
from kaquan.actions.record import Record
from kaquan.actions.return_gift import return_due, take_back_gift
from kaquan.errors import Refusal
from kaquan.store import tables
from support.shop import APPID, CARD, Shop, fields

ANN, BOB, CAT = (f"oShop01{letter * 21}" for letter in "ABC")


class Gifts:
    """Gives, accepts and takes back in a shop whose codes are 12 digits counted up from 900000000001.

    Args:
        shop: an opened one.
        new_code: the app's setting: a merchant's code becomes another one.
    """

    def __init__(self, shop: Shop, new_code: bool = False) -> None:
        self.shop = shop
        self._new_code = new_code
        self.codes: Iterator[str] = (f"9{number:011d}" for number in itertools.count(1))
        self._names = itertools.count(1)

    async def act(self, action: Any) -> Any:
        """Return what an action of (tx, record) returns, or errcode and cause of its refusal."""
        try:
            return await self.shop.store.write(lambda tx: action(tx, Record(self.shop.new_id)))
        except Refusal as refused:
            return int(refused.errcode), refused.cause

    async def give(self, openid: str, code: str, now: int = NOW, to: str = "", greeting: str = "") -> Any:
        """Return the name of a new gift."""
        give = Give(f"gift-{next(self._names)}", openid, CARD, code, to, not to, greeting)
        return await self.act(lambda tx, record: give_code(tx, APPID, give, now, record)) or give.gift_id

    async def accept(self, openid: str, gift_id: str, now: int = NOW, pick: int = 0) -> Any:
        """Return the code that somebody gets."""
        sources = Sources(lambda: next(self.codes), pick, self._new_code)
        return await self.act(lambda tx, record: accept_gift(tx, APPID, gift_id, openid, sources, now, record))

    async def take_back(self, openid: str, gift_id: str, now: int = NOW) -> Any:
        """Take a gift back."""
        return await self.act(lambda tx, record: take_back_gift(tx, APPID, gift_id, openid, now, record))

    async def sweep(self, now: int) -> Any:
        """Bring back what was not accepted in time, and return how many there were."""
        return await self.act(lambda tx, record: return_due(tx, APPID, now, record))

    def told(self) -> list[tuple[Any, ...]]:
        """Return the events since the claims: name, openid, CreateTime behind NOW, and what the fields say."""
        rows = self.shop.rows(tables.journal, "event", "openid", "create_time", "fields")
        return [
            (event, openid, at - NOW, said(fields(text))) for event, openid, at, text in rows if event not in CLAIMED
        ]


CLAIMED = {"", "card_sku_remind", "card_pass_check"}


def said(event: dict[str, Any]) -> str:
    """Return the fields that tell of a gift, in short."""
    names = ("UserCardCode", "IsReturnBack", "IsGiveByFriend", "FriendUserName", "OldUserCardCode", "IsChatRoom")
    return " ".join(f"{event[name]}" for name in names if event.get(name) not in {None, ""})
