"""Spot checks of a merchant's own codes: what was issued, a random sample of it, answers and a verdict.

Spec: qa_cases.md A5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.rules import code as code_rule
from kaquan.rules import spot_check as rule
from kaquan.rules.application import CUSTOM_CODE, SUSPENDED
from kaquan.rules.card_tables import FIX_TIME_RANGE
from kaquan.rules.code import CONSUMED, GIFTING, USABLE, Code
from kaquan.rules.spot_check import ANSWERED, CLOSED, OPEN, Answer
from kaquan.store import tables
from kaquan.store.tx import Tx

CODE, CARD = tables.code.c, tables.card.c
# The range of days of a card can be widened after codes were claimed.
END = sa.case((CARD.date_type == FIX_TIME_RANGE, CARD.end_time), else_=CODE.end_time)


class Figures(msgspec.Struct, frozen=True):
    """Codes of a merchant's own: issued, of these consumed, and past their validity without a word of what became.

    Args:
        card_id, title: of the card they are of.
    """

    card_id: str
    title: str
    issued: int
    consumed: int
    overdue: int


class Check(msgspec.Struct, frozen=True):
    """One spot check; times are UTC seconds, 0 for not yet."""

    id: int
    state: str
    verdict: str
    note: str
    opened_by: str
    create_time: int
    answer_time: int
    close_time: int


class Item(msgspec.Struct, frozen=True):
    """A code of a sample: what the merchant says of it, and what the platform knows.

    Args:
        state: as calls see it, empty for a code that is gone.
        claim_time, end_time, status_time: of the code, UTC seconds.
    """

    position: int
    code: str
    card_id: str
    title: str
    given: Answer
    state: str
    claim_time: int
    end_time: int
    status_time: int

    @property
    def doubt(self) -> str:
        """Return what speaks against the answer."""
        return rule.doubt(self.given, self.state)


def figures(tx: Tx, appid: str, now: int) -> list[Figures]:
    """Return the figures of each card with codes of the merchant's own, most issued first; one pass over the codes."""
    standing = CODE.status.in_([*USABLE, GIFTING])
    counted = (CODE.status == CONSUMED, standing, standing & (CODE.end_time < now))
    sums = [sa.func.sum(sa.case((one, 1), else_=0)) for one in counted]
    query = sa.select(CODE.card_id, sa.func.count(), *sums).where(_own(appid)).group_by(CODE.card_id)
    counts = {card_id: list(map(int, rest)) for card_id, *rest in tx.all(query)}
    columns = (CARD.card_id, CARD.content, CARD.date_type, CARD.end_time)
    cards = tx.all(sa.select(*columns).where((CARD.appid == appid) & CARD.card_id.in_(list(counts))))
    return sorted((_figures(card, counts[card.card_id], now) for card in cards), key=lambda one: -one.issued)


def _figures(card: Any, counted: list[int], now: int) -> Figures:
    issued, consumed, standing, lapsed = counted
    ranged = card.date_type == FIX_TIME_RANGE
    overdue = standing * (card.end_time < now) if ranged else lapsed
    return Figures(card.card_id, _title(card.content), issued, consumed, overdue)


def watched(tx: Tx, after: str, limit: int) -> list[tuple[str, str]]:
    """Return (appid, name) of merchants that have codes of their own or had them taken away, sandboxes left out."""
    app, application = tables.app.c, tables.application.c
    taken = sa.exists().where(
        (application.appid == app.appid) & (application.kind == CUSTOM_CODE) & (application.state == SUSPENDED)
    )
    wanted = sa.or_(app.permissions.contains(CUSTOM_CODE), taken) & ~app.sandbox & (app.appid > after)
    rows = tx.all(sa.select(app.appid, app.name).where(wanted).order_by(app.appid).limit(limit))
    return [(appid, name) for appid, name in rows]


def sample(tx: Tx, appid: str, picks: Sequence[int]) -> list[tuple[str, str]]:
    """Return a random sample of the merchant's issued codes, each with its card; all of them where they are fewer.

    Args:
        picks: random 63-bit numbers, as many as codes are wanted.
    """
    issued = tx.one(sa.select(sa.func.count()).select_from(tables.code).where(_own(appid)))
    places = rule.places(list(picks), int(issued[0]) if issued else 0, len(picks))
    number = sa.func.row_number().over(order_by=(CODE.code, CODE.scope)).label("number")
    every = sa.select(CODE.code, CODE.card_id, number).where(_own(appid)).subquery().c
    wanted = sa.select(every.code, every.card_id).where(every.number.in_([place + 1 for place in places]))
    return [(code, card_id) for code, card_id in tx.all(wanted.order_by(every.number))] if places else []


def open_check(tx: Tx, appid: str, check_id: int, drawn: Sequence[tuple[str, str]], by: str, now: int) -> bool:
    """Open a check on a sample, and tell whether there was anything in it."""
    if not drawn:
        return False
    empty = {"verdict": "", "note": "", "opened_by": by, "answer_time": 0, "close_time": 0}
    tx.run(sa.insert(tables.spot_check).values(appid=appid, id=check_id, state=OPEN, create_time=now, **empty))
    of_check = {"appid": appid, "check_id": check_id, **msgspec.structs.asdict(Answer())}
    items = [{**of_check, "position": at, "code": code, "card_id": card} for at, (code, card) in enumerate(drawn, 1)]
    tx.run(sa.insert(tables.spot_item), items)
    return True


def answer(tx: Tx, appid: str, check_id: int, given: dict[int, Answer], now: int) -> bool:
    """Save what the merchant says of codes, and tell whether the check was still open; it ends when all are answered.

    Args:
        given: by position.
    """
    check = _lock(tx, appid, check_id)
    if check is None or check.state != OPEN:
        return False
    item, mine = tables.spot_item, _items(appid, check_id)
    for position, one in given.items():
        values = msgspec.structs.asdict(one)
        tx.run(sa.update(item).where(mine & (item.c.position == position)).values(**values))
    columns = [item.c[name] for name in Answer.__struct_fields__]
    if all(rule.is_complete(Answer(*row)) for row in tx.all(sa.select(*columns).where(mine))):
        _change(tx, appid, check_id, state=ANSWERED, answer_time=now)
    return True


def close(tx: Tx, appid: str, check_id: int, verdict: str, note: str, now: int) -> bool:
    """End a check with a verdict, answered or not, and tell whether it was not ended before."""
    check = _lock(tx, appid, check_id)
    if check is None or check.state == CLOSED:
        return False
    _change(tx, appid, check_id, state=CLOSED, verdict=verdict, note=note, close_time=now)
    return True


def list_checks(tx: Tx, appid: str) -> list[Check]:
    """Return a merchant's checks, the newest first."""
    table = tables.spot_check.c
    columns = [table[name] for name in Check.__struct_fields__]
    return [Check(*row) for row in tx.all(sa.select(*columns).where(table.appid == appid).order_by(table.id.desc()))]


def load_check(tx: Tx, appid: str, check_id: int) -> Check | None:
    """Return a check, or None."""
    return next((one for one in list_checks(tx, appid) if one.id == check_id), None)


def list_items(tx: Tx, appid: str, check_id: int, now: int) -> list[Item]:
    """Return the codes of a check with what the platform knows of them."""
    item = tables.spot_item.c
    issued = (CODE.appid == appid) & (CODE.code == item.code) & (CODE.scope == item.card_id)
    query = (
        sa.select(*_item_columns())
        .select_from(tables.spot_item)
        .join(tables.card, (CARD.appid == appid) & (CARD.card_id == item.card_id))
        .outerjoin(tables.code, issued)
        .where(_items(appid, check_id))
        .order_by(item.position)
    )
    return [_item(dict(row._mapping), now) for row in tx.all(query)]


def _item_columns() -> list[Any]:
    item = tables.spot_item.c
    said = [item[name] for name in ("position", "code", "card_id", *Answer.__struct_fields__)]
    known = [CODE[name] for name in ("scope", "openid", "status", "begin_time", "claim_time", "status_time")]
    return [*said, *known, CODE.outer_str, CODE.event_time, CARD.content, END.label("end_time")]


def _item(row: dict[str, Any], now: int) -> Item:
    given = Answer(**{name: row[name] for name in Answer.__struct_fields__})
    known = {name: row[name] for name in Code.__struct_fields__ if name in row}
    gone = row["status"] is None
    state = "" if gone else code_rule.state(Code(**known, card_type="", use_limit=0), now)
    times = [0 if gone else row[name] for name in ("claim_time", "end_time", "status_time")]
    return Item(row["position"], row["code"], row["card_id"], _title(row["content"]), given, state, *times)


def _own(appid: str) -> Any:
    # A giver's line stays behind when a code changes hands; the code itself is the receiver's.
    return (CODE.appid == appid) & (CODE.scope != "") & (CODE.status != code_rule.GIFT_SUCC)


def _items(appid: str, check_id: int) -> Any:
    item = tables.spot_item.c
    return (item.appid == appid) & (item.check_id == check_id)


def _lock(tx: Tx, appid: str, check_id: int) -> Any:
    table = tables.spot_check.c
    return tx.one(sa.select(table.state).where((table.appid == appid) & (table.id == check_id)).with_for_update())


def _change(tx: Tx, appid: str, check_id: int, **values: Any) -> None:
    table = tables.spot_check
    tx.run(sa.update(table).where((table.c.appid == appid) & (table.c.id == check_id)).values(**values))


def _title(content: str) -> str:
    return str(msgspec.json.decode(content)["base_info"]["title"])
