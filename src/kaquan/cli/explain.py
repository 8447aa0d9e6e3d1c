"""``kaquan explain``: why a call failed."""

from __future__ import annotations

import re
import time
from typing import Annotated

import msgspec
import typer

from kaquan.actions.keep_call import FailedCall, find_call, owner_of_call
from kaquan.cli.app import chosen
from kaquan.cli.database import settings_of, stop, transact
from kaquan.cli.serve import DatabaseUrl
from kaquan.errors.explain import explain
from kaquan.store.tx import Tx

RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
RECENT_SECONDS = 60
PATIENCE_SECONDS = 2.0
PAUSE_SECONDS = 0.1


def explain_call(
    rid: Annotated[str, typer.Argument(help="the reference behind `rid:`, or the whole answer pasted")],
    language: Annotated[str, typer.Option("--lang", help="zh or en")] = "en",
    database_url: DatabaseUrl = None,
) -> None:
    """Say why a call failed: the cause that holds, and how to mend the call.

    Examples:

      kaquan explain 65530d2f-0a1b2c3d-4e5f6071

      kaquan explain '{"errcode":40053,"errmsg":"invalid actioninfo, please check document rid: 65530d2f-..."}'
    """
    chosen("lang", language, ("zh", "en"))
    found = RID.search(rid)
    if found is None:
        stop("that holds no rid: it looks like 65530d2f-0a1b2c3d-4e5f6071")
    kept = wait_for(found[0], database_url)
    if kept is None:
        stop(f"no failed call {found[0]} is kept here: older than KAQUAN_KEEP_CALLS_DAYS, or in another database")
    typer.echo(f"{kept.method} {kept.path}\n{kept.answer}\n")
    typer.echo(explain(kept.errcode, kept.cause, msgspec.json.decode(kept.facts)).text(language))


def wait_for(rid: str, database_url: str | None) -> FailedCall | None:
    """Return the kept call; a server writes it a moment after its answer."""
    settings = settings_of(database_url)
    # A reference begins with its time: what was refused long ago is kept by now, or never was.
    recent = abs(time.time() - int(rid[:8], 16)) < RECENT_SECONDS
    deadline = time.monotonic() + (PATIENCE_SECONDS if recent else 0)
    while (kept := transact(settings, lambda tx: look_up(tx, rid))) is None and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    return kept


def look_up(tx: Tx, rid: str) -> FailedCall | None:
    """Return the kept call of this reference, whosever it is."""
    owner = owner_of_call(tx, rid)
    return None if owner is None else find_call(tx, owner, rid)
