"""Let a card be handed out in articles (spec: cards.md 13.3, distribution.md 6)."""

from __future__ import annotations

from kaquan.actions.create_qr import rows
from kaquan.actions.load_card import load_card
from kaquan.rules.qr import FOREVER, Wish
from kaquan.rules.ways import ARTICLE, check_way
from kaquan.store import tables
from kaquan.store.tx import Tx


def put_in_article(tx: Tx, appid: str, card_id: str, scan_id: str, now: int) -> None:
    """Save the ticket that the card is claimed with in every article, unless it is there already.

    Raises:
        Refusal: 40073, 40078, 40112, 40158.
    """
    check_way(ARTICLE, load_card(tx, appid, card_id))
    tx.add(tables.qr, rows(appid, scan_id, [Wish(card_id)], FOREVER, now))
