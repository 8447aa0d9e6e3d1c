"""Calls about cards that merchants' pages made: kept from the moment they are taken until they are answered."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.store import tables
from kaquan.store.tx import Tx

KEPT_SECONDS = 86400


class Sheet(msgspec.Struct, frozen=True):
    """One call.

    Args:
        sheet_id: its unguessable name, which carries the appid (api/scan.py).
        method: as bridges name it, such as ``batchAddCard``.
        args: JSON of its arguments.
        origin: whose page calls, as the browser said it.
        url: the page.
        openid: who answers, empty until that is known.
        result: JSON of what the page is told, empty until the end.
        create_time: the app's time, UTC seconds.
    """

    sheet_id: str
    method: str
    args: str
    origin: str
    url: str
    create_time: int
    openid: str = ""
    result: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the arguments."""
        decoded: dict[str, Any] = json.loads(self.args)
        return decoded


def open_sheet(tx: Tx, appid: str, sheet: Sheet) -> None:
    """Save a call that was taken."""
    tx.run(sa.insert(tables.sheet).values(appid=appid, **msgspec.structs.asdict(sheet)))


def load_sheet(tx: Tx, appid: str, sheet_id: str) -> Sheet:
    """Return a call.

    Raises:
        Refusal: 40073, there is none of this name.
    """
    table = tables.sheet.c
    columns = [table[name] for name in Sheet.__struct_fields__]
    row = tx.one(sa.select(*columns).where((table.appid == appid) & (table.sheet_id == sheet_id)))
    if row is None:
        raise Errcode.INVALID_CARD_ID("ticket_unknown", card_id="")
    return Sheet(*row)


def end_sheet(tx: Tx, appid: str, sheet_id: str, openid: str, result: dict[str, Any]) -> None:
    """Save who answered a call, and what its page is told; a later answer takes the place of an earlier one."""
    table = tables.sheet
    mine = (table.c.appid == appid) & (table.c.sheet_id == sheet_id)
    said = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    tx.run(sa.update(table).where(mine).values(openid=openid, result=said))


def forget_sheets(tx: Tx, appid: str, now: int) -> None:
    """Delete the calls of an account that are a day old."""
    table = tables.sheet
    tx.run(sa.delete(table).where((table.c.appid == appid) & (table.c.create_time < now - KEPT_SECONDS)))
