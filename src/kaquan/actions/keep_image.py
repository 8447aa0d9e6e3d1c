"""Keep uploaded pictures in the database, so that every server process serves them."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx


def keep_image(tx: Tx, appid: str, media_type: str, body: bytes, now: int) -> str:
    """Save a picture under its digest and return the path that serves it; the same picture again changes nothing."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    if load_image(tx, appid, digest) is None:
        row = {"media_type": media_type, "body": body, "create_time": now}
        tx.run(sa.insert(tables.image).values(appid=appid, digest=digest, **row))
    return f"/image/{appid}/{digest}"


def load_image(tx: Tx, appid: str, digest: str) -> tuple[str, bytes] | None:
    """Return media type and bytes of a picture, or None."""
    table = tables.image.c
    row = tx.one(sa.select(table.media_type, table.body).where((table.appid == appid) & (table.digest == digest)))
    return (row[0], bytes(row[1])) if row else None
