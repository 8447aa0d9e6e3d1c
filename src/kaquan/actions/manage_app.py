"""Create and change accounts: what the operator decides about them."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.keys import Keys, hash_secret
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx

PERMISSIONS = ("balance", "bonus", "custom_code", "custom_url", "issue", "member_card", "pay")


def create_app(tx: Tx, app: App, now: int) -> None:
    """Save a new account."""
    values = {name: getattr(app, name) for name in App.__struct_fields__ if name not in {"callback", "credentials"}}
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
        card_function="granted" if sandbox else "none",
        suspended=False,
        permissions=frozenset(PERMISSIONS) if sandbox else frozenset(),
        clock_offset=0,
        callback=False,
        credentials=(),
    )


def change_app(tx: Tx, appid: str, **values: object) -> bool:
    """Change columns of an account, and tell whether there is one."""
    return bool(tx.run(sa.update(tables.app).where(tables.app.c.appid == appid).values(**values)))


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


def callback_url(tx: Tx, appid: str) -> str:
    """Return where an account's events are pushed, empty when nowhere."""
    table = tables.callback.c
    row = tx.one(sa.select(table.url).where(table.appid == appid))
    return str(row[0]) if row else ""


def list_apps(tx: Tx) -> list[tuple[str, str, bool, str]]:
    """Return appid, name, sandbox and card_function of every account."""
    table = tables.app.c
    rows = tx.all(sa.select(table.appid, table.name, table.sandbox, table.card_function).order_by(table.create_time))
    return [tuple(row) for row in rows]
