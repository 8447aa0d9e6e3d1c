"""What a person holds of an account, with what ``chooseCard`` filters by (spec: jssdk_and_pages.md 5)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.rules.card import from_text
from kaquan.rules.choose import Held
from kaquan.rules.code import LISTED, USABLE
from kaquan.store import tables
from kaquan.store.tx import Tx

MOST = 500


def list_choices(tx: Tx, appid: str, openid: str, now: int) -> list[Held]:
    """Return the codes in a person's wallet, the one that ends first before the others, 500 at most."""
    code, card = tables.code, tables.card
    mine = (code.c.appid == appid) & (card.c.appid == appid) & (card.c.card_id == code.c.card_id)
    columns = (code.c.code, code.c.status, code.c.begin_time, code.c.end_time, card.c.card_id, card.c.card_type)
    wanted = mine & (code.c.openid == openid) & code.c.status.in_(LISTED)
    rows = tx.all(sa.select(*columns, card.c.content).where(wanted).order_by(code.c.end_time, code.c.code).limit(MOST))
    return [_held(row, now) for row in rows]


def _held(row: sa.Row[tuple[str, str, int, int, str, str, str]], now: int) -> Held:
    base = from_text(row.card_type, row.content).base_info
    usable = row.status in USABLE and row.begin_time <= now <= row.end_time
    stores = () if base.use_all_locations else tuple(base.location_id_list)
    return Held(row.code, row.card_id, row.card_type, usable, stores, base.title, base.color, row.end_time)
