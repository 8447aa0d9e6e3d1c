"""Keep the papers of applications: with the account whose they are, as long as an application names them."""

from __future__ import annotations

import hashlib

import msgspec
import sqlalchemy as sa

from kaquan.actions.keep_application import lock_standing
from kaquan.rules.application import Submission
from kaquan.store import tables
from kaquan.store.tx import Tx

# Papers that were uploaded and not yet handed in; older ones fall away.
MOST_LOOSE = 20


class Paper(msgspec.Struct, frozen=True):
    """One paper without its bytes; ``size`` is how many they are."""

    digest: str
    name: str
    media_type: str
    size: int


def keep_paper(tx: Tx, appid: str, name: str, media_type: str, body: bytes, now: int) -> str:
    """Save a paper and return its digest; the same one again changes nothing."""
    lock_standing(tx, appid)
    digest = hashlib.sha256(body).hexdigest()[:32]
    row = {"name": name, "media_type": media_type, "size": len(body), "body": body, "create_time": now}
    tx.add_one(tables.paper, {"appid": appid, "digest": digest, **row})
    _drop_loose(tx, appid)
    return digest


def list_papers(tx: Tx, appid: str, digests: list[str]) -> dict[str, Paper]:
    """Return those of these papers that an account has, by digest."""
    table = tables.paper.c
    columns = [table[name] for name in Paper.__struct_fields__]
    rows = tx.all(sa.select(*columns).where((table.appid == appid) & table.digest.in_(digests)))
    return {row.digest: Paper(*row) for row in rows}


def load_paper(tx: Tx, appid: str, digest: str) -> tuple[Paper, bytes] | None:
    """Return a paper with its bytes, or None."""
    found = list_papers(tx, appid, [digest]).get(digest)
    if found is None:
        return None
    table = tables.paper.c
    row = tx.one(sa.select(table.body).where((table.appid == appid) & (table.digest == digest)))
    return (found, bytes(row[0])) if row else None


def _drop_loose(tx: Tx, appid: str) -> None:
    table, application = tables.paper, tables.application.c
    submitted = tx.all(sa.select(application.fields, application.previous).where(application.appid == appid))
    handed_in = {digest for row in submitted for text in row for digest in _digests(text)}
    newest = sa.select(table.c.digest).where(table.c.appid == appid).order_by(table.c.create_time.desc())
    loose = [digest for (digest,) in tx.all(newest) if digest not in handed_in]
    tx.run(sa.delete(table).where((table.c.appid == appid) & table.c.digest.in_(loose[MOST_LOOSE:])))


def _digests(text: str) -> list[str]:
    return msgspec.json.decode(text, type=Submission).digests()
