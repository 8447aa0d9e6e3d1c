"""Which tables and columns of an app a snapshot holds: everything that is not named here, with the reason."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tables import GLOBAL, metadata

APP = "app"
# They stay in the app that a snapshot is loaded into, as they are.
KEPT = {
    "credential": "tokens and tickets are the app's that has them, and no file may hold one",
    "callback": "where events go, with its sealed secrets, belongs to the installation",
    "quota_override": "limits of calls are the operator's",
    "quota_use": "calls that were made were made",
    "fault": "a rehearsal is for the calls that come next, not for those of another time",
    "failed_call": "a diagnosis is asked for behind the call, whatever the app was taken back to",
    "audit": "what people did stays on record, whatever they took the app back to",
    "snapshot": "a snapshot does not hold the others",
    "application": "what the platform decided about the account stays decided",
    "paper": "goes with the applications",
    "spot_check": "the operator's",
    "spot_item": "goes with the spot check",
}
# They are empty behind it.
EMPTIED = {
    "outbox": "what waits would be pushed a second time; it stands on the tape and can be sent again by hand",
    "oauth_code": "signs somebody in who may not be there any more",
    "oauth_grant": "the same, and its tokens would last longer than they were given for",
    "code_file": "a file half deposited would be deposited on, into another pool",
    "code_block": "goes with the file of codes",
    "sheet": "a page that waited for an answer has not waited so long",
}
# Columns of the app itself that stay.
KEPT_COLUMNS = {
    "appid": "who it is",
    "gh_id": "who it is, for receivers of events",
    "name": "for people to tell it from others",
    "prefix": "who it is; ids in the file are turned into its own",
    "secret_hash": "secret",
    "old_secret_hash": "secret",
    "old_secret_until": "goes with the secret",
    "ip_list": "goes with the secret",
    "sandbox": "the operator's",
    "suspended": "the operator's",
    "suspend_reason": "the operator's",
    "card_function": "the operator's",
    "permissions": "the operator's",
    "quota": "the operator's",
    "owner": "who has it",
    "clock_offset": "made anew, so that the app's time is that of the snapshot",
    "create_time": "when it was made",
}


@cache
def saved_tables() -> dict[str, tuple[sa.Column[object], ...]]:
    """Return the columns that are saved of each table, by its name, without the appid; the app itself comes first."""
    left_out = GLOBAL | set(KEPT) | set(EMPTIED)
    return {
        name: tuple(column for column in table.c if column.name not in (KEPT_COLUMNS if name == APP else {"appid"}))
        for name, table in metadata.tables.items()
        if name not in left_out
    }


def emptied_tables() -> list[sa.Table]:
    """Return the tables whose rows go when a snapshot is loaded, in the order in which they are locked.

    Claims lock the stock and consumptions the code before they write a line of the journal: in this order, whoever was
    before the loading has written everything by the time that it comes to the journal.
    """
    names = set(saved_tables()) - {APP} | set(EMPTIED)
    return [table for name, table in tables.metadata.tables.items() if name in names]
