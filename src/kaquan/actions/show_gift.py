"""What the pages of gifts show: to who may accept one, to its giver, and to who wants to give."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.actions.accept_gift import wish_of
from kaquan.actions.change_code import load_code
from kaquan.actions.give_code import check_give
from kaquan.actions.load_card import load_card
from kaquan.actions.return_gift import load_gift, of_gift
from kaquan.actions.show_cards import ShownCard, shown_card
from kaquan.errors import Refusal
from kaquan.rules import gift as rule
from kaquan.rules.gift import Gift
from kaquan.store import tables
from kaquan.store.tx import Tx


class ShownGift(msgspec.Struct, frozen=True):
    """A gift as somebody sees it.

    Args:
        gift: what is stored.
        standing: how it stands now.
        giver: the giver's nickname, empty without one.
        card: what is given.
        end_time: of the code's validity, UTC seconds.
        refused: why who looks cannot accept it, None when they can.
    """

    gift: Gift
    standing: str
    giver: str
    card: ShownCard
    end_time: int
    refused: Refusal | None


def show_gift(tx: Tx, appid: str, gift_id: str, openid: str, now: int) -> ShownGift:
    """Return a gift as a person sees it.

    Raises:
        Refusal: 40073, there is none of this name.
    """
    gift = load_gift(tx, appid, gift_id)
    card = load_card(tx, appid, gift.card_id)
    row = tx.one(sa.select(tables.code).where(of_gift(appid, gift)))
    wish = wish_of(tx, appid, gift, card, row, openid, now)
    refused, standing = rule.accept_refusal(wish), rule.standing(gift, now)
    return ShownGift(gift, standing, nickname_of(tx, appid, gift.openid), shown_card(card), wish.end_time, refused)


def nickname_of(tx: Tx, appid: str, openid: str) -> str:
    """Return the name by which others see a person, empty when there is none."""
    table = tables.person.c
    row = tx.one(sa.select(table.nickname).where((table.appid == appid) & (table.openid == openid)))
    return str(row.nickname) if row else ""


def show_givable(tx: Tx, appid: str, openid: str, card_id: str, code: str, now: int) -> ShownCard:
    """Return the card of a code that a person can give away.

    Raises:
        Refusal: 40073, 40056, 45030, 40099, 40127; see :func:`kaquan.actions.give_code.give_code`.
    """
    card = load_card(tx, appid, card_id)
    check_give(card, load_code(tx, appid, code, card_id, lock=False), openid, "", now)
    return shown_card(card)
