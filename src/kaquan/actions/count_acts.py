"""Add acts to the daily figures (spec: statistics_and_stores.md A)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from kaquan.rules.statistics import CHANNEL, COLUMNS, EVERY, STORE, Act, Name, Person, Tally, day_of
from kaquan.store import tables
from kaquan.store.tx import Tx


def lock_fold(tx: Tx, appid: str, *, waits: bool = True) -> Any | None:
    """Return how far the figures of an account have come; nobody else changes any of them until the commit.

    Args:
        waits: for whoever changes them at the moment; otherwise the answer is None then.
    """
    table = tables.stat_fold
    if tx.one(sa.select(table.c.appid).where(table.c.appid == appid)) is None:
        tx.add(table, [{"appid": appid, **begun(tx, appid)}])
    lock = sa.select(table).where(table.c.appid == appid).with_for_update(skip_locked=not waits)
    # Who waited while a snapshot was loaded has waited for a row that is gone; there is another now.
    return tx.one(lock) or (tx.one(lock) if waits else None)


def begun(tx: Tx, appid: str) -> dict[str, Any]:
    """Return where an account's figures begin: with its first day."""
    app = tables.app.c
    row = tx.one(sa.select(app.create_time).where(app.appid == appid))
    assert row is not None
    return {"folded": 0, "closed": day_of(row.create_time), "closing": 0, "scan_code": "", "scan_scope": ""}


def count_acts(tx: Tx, appid: str, acts: list[Act]) -> None:
    """Add acts to the figures of their days; :func:`lock_fold` came before it.

    A card that is not there has no figures: somebody has looked at it before a snapshot without it was loaded.
    """
    known = known_persons(tx, appid, acts)
    ways = made_by(tx, appid, {act.card_id for act in acts} | {card_id for *_, card_id in known})
    acts, known = [act for act in acts if act.card_id in ways], [one for one in known if one[-1] in ways]
    if acts:
        tally = Tally(ways, known, known_names(tx, appid, {act.day for act in acts}))
        save(tx, appid, tally.add(acts))


def known_persons(tx: Tx, appid: str, acts: list[Act]) -> list[Person]:
    """Return who of the acts' persons stands in the figures of these days already, with every card."""
    table, asked = tables.stat_person.c, dict[tuple[int, str], set[str]]()
    for act in acts:
        asked.setdefault((act.day, act.kind), set()).add(act.openid)
    found: list[Person] = []
    for (day, kind), openids in asked.items():
        mine = (table.appid == appid) & (table.day == day) & (table.kind == kind)
        rows = tx.all_of(sa.select(table.card_id).where(mine), table.openid, openids)
        found += [(day, kind, openid, card_id) for card_id, openid in rows]
    return found


def made_by(tx: Tx, appid: str, card_ids: Iterable[str]) -> dict[str, str]:
    """Return how each card was made."""
    table = tables.card.c
    mine = (table.appid == appid) & table.card_id.in_(list(card_ids))
    return {row.card_id: row.made_by for row in tx.all(sa.select(table.card_id, table.made_by).where(mine))}


def known_names(tx: Tx, appid: str, days: set[int]) -> list[Name]:
    """Return the names of channels and stores that the days have already."""
    table = tables.stat_named.c
    mine = (table.appid == appid) & (table.cards == EVERY) & table.what.in_([CHANNEL, STORE]) & table.day.in_(days)
    return [tuple(row) for row in tx.all(sa.select(table.day, table.what, table.name).where(mine))]


def save(tx: Tx, appid: str, tally: Tally) -> None:
    """Write what a tally has found."""
    mine, none = {"appid": appid}, dict.fromkeys(COLUMNS, 0)
    days = [{**mine, "day": day, "cards": cards, **none, **counts} for (day, cards), counts in tally.figures.items()]
    tx.add_up(tables.stat_day, days)
    names = [
        {**mine, "day": day, "cards": cards, "what": what, "name": name, "receive_cnt": 0, "verify_cnt": 0, **counts}
        for (day, cards, what, name), counts in tally.named.items()
    ]
    tx.add_up(tables.stat_named, names)
    persons = [dict(zip(("day", "kind", "openid", "card_id"), one, strict=True)) for one in sorted(tally.persons)]
    tx.add(tables.stat_person, [{**mine, **one} for one in persons])
