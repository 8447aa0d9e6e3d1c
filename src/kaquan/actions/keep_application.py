"""What an account has applied for, and what becomes of it: state and what calls are let through by change together."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.rules import application as rule
from kaquan.rules.application import CARD, GRANTED, NONE, Submission
from kaquan.store import tables
from kaquan.store.tx import Tx

EMPTY = Submission()
_READ = msgspec.json.Decoder(Submission)


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """One application; times are UTC seconds, 0 for never.

    Args:
        appid, kind: whose and for what.
        state: what became of it; ``rules.application.state_of`` says how the permission itself stands.
        fields, previous: what was submitted last, and before that.
        reason: of the last refusal or suspension.
        decided_by: an operator's name, empty for the command line.
    """

    appid: str
    kind: str
    state: str = NONE
    fields: Submission = EMPTY
    previous: Submission = EMPTY
    reason: str = ""
    submit_time: int = 0
    decide_time: int = 0
    decided_by: str = ""


class Standing(msgspec.Struct, frozen=True):
    """What an account is let through by."""

    appid: str
    card_function: str
    permissions: frozenset[str]
    suspended: bool


def load_application(tx: Tx, appid: str, kind: str) -> Application:
    """Return an application; one that was never made is empty."""
    table = tables.application
    row = tx.one(sa.select(table).where((table.c.appid == appid) & (table.c.kind == kind)))
    return _application(row) if row else Application(appid=appid, kind=kind)


def list_applications(tx: Tx, state: str, after: tuple[int, str, str], limit: int) -> list[tuple[Application, str]]:
    """Return the applications of a state of all accounts, the oldest first, each with its account's name.

    Args:
        after: submit_time, appid and kind of the last one on the page before; ``(0, "", "")`` to begin with.
    """
    table, app = tables.application, tables.app
    place = sa.tuple_(table.c.submit_time, table.c.appid, table.c.kind)
    wanted = (table.c.state == state) & (place > after) & (app.c.appid == table.c.appid)
    order = (table.c.submit_time, table.c.appid, table.c.kind)
    rows = tx.all(sa.select(table, app.c.name).where(wanted).order_by(*order).limit(limit))
    return [(_application(row), row.name) for row in rows]


def move(tx: Tx, appid: str, kind: str, name: str, *, seen: int | None = None, **values: Any) -> bool:
    """Move an application, and with it what the account is let through by; tell whether it stood where it can be moved.

    Args:
        name: of the move, in ``rules.application.MOVES``.
        seen: the time of the submission that is decided on, None where that does not matter; another one has come
            since where it differs.
        values: columns that change with the state.

    Raises:
        Refusal: 48004 a suspended merchant submits, 48001 asks for a permission without the card function.
    """
    standing = lock_standing(tx, appid)
    if rule.MOVES[name].by == rule.MERCHANT:
        check_open(standing, kind)
    kept = load_application(tx, appid, kind)
    state = _state(standing, kept)
    if not rule.may_move(kind, name, state) or seen not in {None, kept.submit_time}:
        return False
    after = rule.MOVES[name].after
    _save(tx, kept, state=after, **values)
    _enforce(tx, standing, kind, after)
    return True


def submit(tx: Tx, appid: str, kind: str, sent: Submission, now: int) -> bool:
    """Hand an application in: to be reviewed, or on at once where nobody reviews it."""
    before = load_application(tx, appid, kind).fields
    values: dict[str, Any] = {"fields": _text(sent), "previous": _text(before), "submit_time": now}
    name = "submit" if rule.KINDS[kind].reviewed else "switch_on"
    return move(tx, appid, kind, name, **values, reason="", decide_time=0, decided_by="")


def decide(tx: Tx, appid: str, kind: str, name: str, seen: int | None, reason: str, by: str, now: int) -> bool:
    """Approve, refuse, suspend or restore; of two who decide at once the second is told that nothing was left to."""
    return move(tx, appid, kind, name, seen=seen, reason=reason, decide_time=now, decided_by=by)


def follow(tx: Tx, appid: str, now: int) -> None:
    """Have the applications say what the account's row says, after the command line changed it."""
    standing = lock_standing(tx, appid)
    table = tables.application
    for row in tx.all(sa.select(table).where(table.c.appid == appid)):
        kept = _application(row)
        state = _state(standing, kept)
        if state != kept.state:
            _save(tx, kept, state=state, decide_time=now, decided_by="")


def lock_standing(tx: Tx, appid: str) -> Standing:
    """Return what an account is let through by, locked: whoever moves its applications comes this way."""
    app = tables.app.c
    columns = (app.appid, app.card_function, app.permissions, app.suspended)
    row = tx.one(sa.select(*columns).where(app.appid == appid).with_for_update())
    assert row is not None
    return Standing(row.appid, row.card_function, _set(row.permissions), row.suspended)


def check_open(standing: Standing, kind: str) -> None:
    """Go on only if the account may ask for this.

    Raises:
        Refusal: 48004 it is suspended, 48001 it lacks the card function, which comes before all permissions.
    """
    refused = rule.submit_refusal(standing.appid, kind, standing.card_function, standing.suspended)
    if refused is not None:
        raise refused


def _state(standing: Standing, kept: Application) -> str:
    if kept.kind == CARD:
        return standing.card_function
    return rule.state_of(kept.kind in standing.permissions, kept.state)


def _save(tx: Tx, kept: Application, **values: Any) -> None:
    table = tables.application
    row = {**msgspec.structs.asdict(kept), "fields": _text(kept.fields), "previous": _text(kept.previous)}
    if not tx.add_one(table, {**row, **values}):
        mine = (table.c.appid == kept.appid) & (table.c.kind == kept.kind)
        tx.run(sa.update(table).where(mine).values(**values))


def _enforce(tx: Tx, standing: Standing, kind: str, state: str) -> None:
    held = standing.permissions | {kind} if state == GRANTED else standing.permissions - {kind}
    values = {"card_function": state} if kind == CARD else {"permissions": ",".join(sorted(held))}
    tx.run(sa.update(tables.app).where(tables.app.c.appid == standing.appid).values(**values))


def _application(row: Any) -> Application:
    values = {name: getattr(row, name) for name in Application.__struct_fields__}
    return Application(**{**values, "fields": _READ.decode(row.fields), "previous": _READ.decode(row.previous)})


def _text(sent: Submission) -> str:
    return msgspec.json.encode(sent).decode()


def _set(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))
