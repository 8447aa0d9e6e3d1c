"""What people changed at a desk: who, when, what and why; written with the change or not at all."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.rules.permission import OPERATOR
from kaquan.store import tables
from kaquan.store.tx import Tx


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change.

    Args:
        id: increasing in time.
        create_time: UTC seconds of the wall clock.
        account_id, name: who; the command line has no account.
        role: as what.
        action: ``card.delete`` and the like, what the texts of ``console/audit_texts.py`` are known by.
        target: what was changed, such as a card_id; empty for the account itself.
        reason: why, where one was given.
        facts: JSON of what else there is to say of it; nothing secret.
    """

    id: int
    create_time: int
    account_id: str
    name: str
    role: str
    action: str
    target: str = ""
    reason: str = ""
    facts: str = "{}"


def note(tx: Tx, appid: str, entry: Entry) -> None:
    """Add an entry; the platform's own changes stand under the empty appid."""
    tx.run(sa.insert(tables.audit).values(appid=appid, **msgspec.structs.asdict(entry)))


def note_decision(tx: Tx, appid: str, entry: Entry) -> None:
    """Add what the platform decided about an account to its own log, and without the operator's name to the account's.

    Args:
        appid: the account's.
        entry: as the platform keeps it.
    """
    note(tx, "", entry)
    note(tx, appid, msgspec.structs.replace(entry, account_id="", name="", role=OPERATOR))


def list_audit(tx: Tx, appid: str, before: int, limit: int, action: str = "", name: str = "") -> list[Entry]:
    """Return entries, the newest first.

    Args:
        before: id below which they are, 0 for the newest.
        limit: how many at most.
        action: the beginning of their action.
        name: of who made them.
    """
    table = tables.audit.c
    wanted: list[Any] = [table.appid == appid]
    wanted += [table.id < before] if before else []
    wanted += [table.action.startswith(action, autoescape=True)] if action else []
    wanted += [table.name == name] if name else []
    columns = [table[one] for one in Entry.__struct_fields__]
    rows = tx.all(sa.select(*columns).where(*wanted).order_by(table.id.desc()).limit(limit))
    return [Entry(**row._mapping) for row in rows]


def list_about(tx: Tx, appid: str, target: str, limit: int) -> list[Entry]:
    """Return the newest entries about one thing of an account."""
    table = tables.audit.c
    wanted = (table.appid == appid) & (table.target == target)
    columns = [table[one] for one in Entry.__struct_fields__]
    rows = tx.all(sa.select(*columns).where(wanted).order_by(table.id.desc()).limit(limit))
    return [Entry(**row._mapping) for row in rows]
