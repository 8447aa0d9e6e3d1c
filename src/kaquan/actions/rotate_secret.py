"""Give an app a new secret; the one before it goes on working for an overlap, so that no server is locked out."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.keys import hash_secret, same_secret
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx

OVERLAP = 24 * 3600
MOST_OVERLAP = 30 * 24 * 3600


class Rotated(msgspec.Struct, frozen=True):
    """What became of the secrets that were there.

    Args:
        until: how long the secret before the new one works, UTC seconds of the wall clock; the past = no more.
        cut_short: an even older secret was still in its overlap and has ended with this rotation.
    """

    until: int
    cut_short: bool


def rotate_secret(tx: Tx, appid: str, secret: str, overlap: int, now: int, record: Record) -> Rotated:
    """Make ``secret`` an app's secret; the present one works for ``overlap`` seconds more, one before it no more.

    Args:
        secret: new and random; it is shown once and stored as a hash.
        overlap: 0 to :data:`MOST_OVERLAP`; 0 ends the present secret at once.
        now: the wall clock, UTC seconds.
    """
    table = tables.app
    mine = table.c.appid == appid
    before = tx.one(sa.select(table.c.old_secret_until).where(mine).with_for_update())
    values = {"old_secret_hash": table.c.secret_hash, "old_secret_until": now + overlap}
    tx.run(sa.update(table).where(mine).values(**values, secret_hash=hash_secret(secret)))
    record.change("rotate_secret", {"until": now + overlap}, now, "")
    record.save(tx, appid)
    return Rotated(now + overlap, before is not None and before.old_secret_until > now)


def end_overlap(tx: Tx, appid: str, now: int, record: Record) -> bool:
    """End the overlap of an app's old secret now, and tell whether it was still running."""
    table = tables.app
    running = (table.c.appid == appid) & (table.c.old_secret_until > now)
    ended = bool(tx.run(sa.update(table).where(running).values(old_secret_until=now)))
    if ended:
        record.change("end_old_secret", {}, now, "")
        record.save(tx, appid)
    return ended


def check_secret(app: App, secret: str, now: int) -> None:
    """Go on only if the secret is the app's, or the one before it within its overlap.

    Args:
        now: the wall clock, UTC seconds.

    Raises:
        Refusal: 40125, and whether it once was the secret.
    """
    # Both are compared in any case, so that the time it takes says nothing.
    current, old = same_secret(secret, app.secret_hash), same_secret(secret, app.old_secret_hash)
    if old and not current and now >= app.old_secret_until:
        raise Errcode.INVALID_APPSECRET("replaced", appid=app.appid, ended=app.old_secret_until)
    if not current and not old:
        raise Errcode.INVALID_APPSECRET("wrong", appid=app.appid)
