"""Keep the answer of a call that carries an Idempotency-Key, in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.errors import Refusal
from kaquan.rules.idempotency import LIFE, Once, Said, earlier
from kaquan.store import statements as sql
from kaquan.store import tables
from kaquan.store.hot import Query, Rows
from kaquan.store.tx import Tx


class AnswerRow(msgspec.Struct):
    """One kept answer; UTC seconds of the app's clock."""

    key: str
    digest: str
    answer: str
    create_time: int


class Answers:
    """The answers of the keyed commands of one batch: those given before it, and those it gives."""

    def __init__(self, commands: Iterable[Any]) -> None:
        self._keys = sorted({one.once.key for one in commands if one.once})
        self._known: dict[str, tuple[str, str]] = {}
        self._rows: list[AnswerRow] = []

    def queries(self, appid: str) -> list[Query]:
        """Return what is read under the batch's locks; nothing where no command has a key."""
        return [Query(sql.ANSWERS, {"appid": appid, "keys": self._keys})] if self._keys else []

    def load(self, rows: Rows) -> None:
        """Take in the answers given before."""
        self._known = {key: (digest, answer) for key, digest, answer in rows}

    def earlier(self, once: Once | None) -> Said | Refusal | None:
        """Return what this command's key was answered with before, or None."""
        known = self._known.get(once.key) if once else None
        return earlier(once, *known) if once and known else None

    def keep(self, once: Once | None, result: Any) -> None:
        """Note down the answer to a command that succeeded."""
        if once is None:
            return
        text = once.answer(result)
        self._known[once.key] = (once.digest, text)
        self._rows.append(AnswerRow(once.key, once.digest, text, once.now))

    def writes(self, appid: str) -> list[Query]:
        """Return the statement that keeps the answers."""
        return [Query(sql.INSERT_ANSWER, {"appid": appid}, list(self._rows))] if self._rows else []


class AnsweredBefore(Exception):
    """Another call with this key was carried out meanwhile: nothing of this one was."""


def find_answer(tx: Tx, appid: str, once: Once) -> AnswerRow | None:
    """Return what a call with this key was answered with, however long ago."""
    table = tables.answer.c
    columns = (table.key, table.digest, table.answer, table.create_time)
    row = tx.one(sa.select(*columns).where((table.appid == appid) & (table.key == once.key)))
    return AnswerRow(*row) if row else None


def take_key(tx: Tx, appid: str, once: Once) -> None:
    """Take the key before the action runs; whoever else sends it waits for the end of this transaction.

    Raises:
        AnsweredBefore: the key is taken.
    """
    row = {"appid": appid, "key": once.key, "digest": once.digest, "answer": "", "create_time": once.now}
    if not tx.add_one(tables.answer, row):
        raise AnsweredBefore


def keep_answer(tx: Tx, appid: str, once: Once, result: Any) -> None:
    """Put the answer to what the action returned beside its key."""
    table = tables.answer.c
    mine = (table.appid == appid) & (table.key == once.key)
    tx.run(sa.update(tables.answer).where(mine).values(answer=once.answer(result)))


def forget_answers(tx: Tx, appid: str, now: int) -> None:
    """Delete the answers of an app that are older than 24 hours."""
    table = tables.answer.c
    tx.run(sa.delete(tables.answer).where((table.appid == appid) & (table.create_time <= now - LIFE)))
