"""The daily figures of an account, brought up to date at once: the server does it some seconds later by itself."""

from __future__ import annotations

from typing import Any

from kaquan.actions.close_days import close_days, forget_persons
from kaquan.actions.count_acts import lock_fold
from kaquan.actions.fold_journal import fold_journal
from kaquan.rules.statistics import date_of, day_of, start_of
from support.api import Api
from support.database import Database

ANY_ID = 2**63 - 1


def end_day(api: Api) -> str:
    """Move a sandbox's clock to the next midnight of UTC+8, and return the day that has ended then."""
    now = api.ok("/sandbox/clock", {})["now"]
    api.ok("/sandbox/clock", {"advance": start_of(day_of(now) + 1) - now})
    api.renew()
    return date_of(day_of(now))


def count(database: Database, api: Api) -> None:
    """Count all that an account's journal has, and end its days before today."""
    fold(database, api.appid, api.ok("/sandbox/clock", {})["now"])


def fold(database: Database, appid: str, now: int, until: int = ANY_ID) -> None:
    """Take every step there is, each when the server has taken its own."""
    steps: list[Any] = [
        lambda tx: fold_journal(tx, appid, until) > 0,
        lambda tx: close_days(tx, appid, until, now),
        lambda tx: forget_persons(tx, appid),
    ]
    for step in steps:
        while database.transact(lambda tx, step=step: lock_fold(tx, appid) and step(tx)):
            pass
