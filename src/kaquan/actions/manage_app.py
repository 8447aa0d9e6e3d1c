"""Create and change accounts: what the operator decides about them."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.keys import Keys, hash_secret
from kaquan.rules.application import GRANTED, PERMISSIONS
from kaquan.rules.application import NONE as NOT_APPLIED
from kaquan.rules.js_domain import change_refusal
from kaquan.rules.quota import NONE, ORIGINAL, UNSAID, Override
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def create_app(tx: Tx, app: App, now: int) -> None:
    """Save a new account."""
    values = {name: getattr(app, name) for name in App.__struct_fields__ if name in tables.app.c}
    values["permissions"] = ",".join(sorted(app.permissions))
    tx.run(sa.insert(tables.app).values(**values, system_event_time=0, create_time=now))
    tx.run(sa.insert(tables.account_prefix).values(prefix=app.prefix, owner=app.appid))


def new_app(appid: str, secret: str, prefix: str, name: str, gh_id: str, sandbox: bool, review: str) -> App:
    """Return an account as it begins; a sandbox app may do everything at once."""
    return App(
        appid=appid,
        gh_id=gh_id,
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        sandbox=sandbox,
        profile="strict",
        review=review,
        card_function=GRANTED if sandbox else NOT_APPLIED,
        suspended=False,
        gift_new_code=False,
        permissions=frozenset(PERMISSIONS) if sandbox else frozenset(),
        # A company's own coupons must not stop at a number that is another platform's.
        quota=ORIGINAL if sandbox else NONE,
        clock_offset=0,
        callback=False,
        credentials=(),
    )


def change_app(tx: Tx, appid: str, **values: object) -> bool:
    """Change columns of an account, and tell whether there is one; a suspension has the reason that comes with it."""
    if "suspended" in values:
        values = {"suspend_reason": "", **values}
    return bool(tx.run(sa.update(tables.app).where(tables.app.c.appid == appid).values(**values)))


def set_card_js_domain(tx: Tx, appid: str, domain: str) -> None:
    """Set the card JS API domain, or change it the one time that is allowed (spec: qa_cases.md A4).

    Args:
        domain: as :func:`kaquan.rules.js_domain.card_js_domain` returns it.

    Raises:
        Refusal: 40048 at a second change.
    """
    table = tables.app
    mine = table.c.appid == appid
    row = tx.one(sa.select(table.c.card_js_domain, table.c.card_js_changes).where(mine).with_for_update())
    now, changes = row or ("", 0)
    refused = change_refusal(now, changes, domain)
    if refused is not None:
        raise refused
    changes += bool(now) and now != domain
    tx.run(sa.update(table).where(mine).values(card_js_domain=domain, card_js_changes=changes))


def advance_clock(tx: Tx, appid: str, seconds: int) -> None:
    """Move an app's clock."""
    moved = tables.app.c.clock_offset + seconds
    tx.run(sa.update(tables.app).where(tables.app.c.appid == appid).values(clock_offset=moved))


def set_callback(tx: Tx, keys: Keys, appid: str, url: str, token: str, aes_key: str, mode: str, format: str) -> None:
    """Save where and how events are pushed; the secrets are sealed."""
    table = tables.callback
    tx.run(sa.delete(table).where(table.c.appid == appid))
    boxes = {"token_box": keys.seal("callback", token), "aes_key_box": keys.seal("callback", aes_key)}
    tx.run(sa.insert(table).values(appid=appid, url=url, mode=mode, format=format, **boxes))


def drop_callback(tx: Tx, appid: str) -> bool:
    """Push no more events, and tell whether any were; those that wait stay on the tape."""
    return bool(tx.run(sa.delete(tables.callback).where(tables.callback.c.appid == appid)))


def set_override(tx: Tx, appid: str, override: Override) -> None:
    """Save limits of an app's own on the paths of a pattern; what it says nothing about stays as it was."""
    table = tables.quota_override
    mine = (table.c.appid == appid) & (table.c.path == override.path)
    said = {name: value for name, value in msgspec.structs.asdict(override).items() if value != UNSAID}
    if not tx.add_one(table, {"appid": appid, **msgspec.structs.asdict(override)}):
        tx.run(sa.update(table).where(mine).values(**said))


def drop_overrides(tx: Tx, appid: str, path: str | None) -> int:
    """Forget an app's own limits on the paths of a pattern, or all of them, and return how many there were."""
    table = tables.quota_override
    mine = table.c.appid == appid
    return tx.run(sa.delete(table).where(mine if path is None else mine & (table.c.path == path)))


def callback_url(tx: Tx, appid: str) -> str:
    """Return where an account's events are pushed, empty when nowhere."""
    table = tables.callback.c
    row = tx.one(sa.select(table.url).where(table.appid == appid))
    return str(row[0]) if row else ""


def callback_of(tx: Tx, appid: str) -> dict[str, str] | None:
    """Return where and in which form an account's events are pushed, without the secrets; None when nowhere."""
    table = tables.callback.c
    row = tx.one(sa.select(table.url, table.mode, table.format).where(table.appid == appid))
    return dict(row._mapping) if row else None


def list_apps(tx: Tx) -> list[tuple[str, str, bool, str, str]]:
    """Return appid, name, sandbox, card_function and quota of every account."""
    table = tables.app.c
    columns = (table.appid, table.name, table.sandbox, table.card_function, table.quota)
    return [tuple(row) for row in tx.all(sa.select(*columns).order_by(table.create_time))]


def list_clocks(tx: Tx) -> list[tuple[str, int]]:
    """Return every account's appid with the seconds that its clock is ahead of the wall clock."""
    table = tables.app.c
    return [(row.appid, row.clock_offset) for row in tx.all(sa.select(table.appid, table.clock_offset))]
