"""``kaquan explain``: why a call failed, and the request that would have passed."""

from __future__ import annotations

import json
import re
import time
from typing import Annotated, Any

import msgspec
import typer

from kaquan.actions.keep_call import FailedCall, find_call, owner_of_call
from kaquan.api.repair import Repaired, difference, pretty, repair
from kaquan.app import load_endpoints
from kaquan.cli.app import chosen
from kaquan.cli.client import Appid, BaseUrl, Client, Secret
from kaquan.cli.database import settings_of, transact
from kaquan.cli.output import stop
from kaquan.cli.serve import DatabaseUrl
from kaquan.errors.explain import explain
from kaquan.sources import wall_clock
from kaquan.store.apps import App, load_app
from kaquan.store.tx import Tx

RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
RECENT_SECONDS = 60
PATIENCE_SECONDS = 2.0
PAUSE_SECONDS = 0.1
HEADINGS = {"zh": "修复后的请求：", "en": "repaired request: "}
LEFT = {"zh": "还剩：", "en": "left: "}
SANDBOX_ONLY = 48001
UNTRIED = "--try sends whole requests only: "


def explain_call(
    rid: Annotated[str, typer.Argument(help="the reference behind `rid:`, or the whole answer pasted")],
    language: Annotated[str, typer.Option("--lang", help="zh or en")] = "en",
    body: Annotated[bool, typer.Option("--body", help="print the whole repaired body too")] = False,
    try_it: Annotated[bool, typer.Option("--try", help="send the repaired request with a sandbox account")] = False,
    base_url: BaseUrl = "http://127.0.0.1:8000",
    appid: Appid = "",
    secret: Secret = "",
    database_url: DatabaseUrl = None,
) -> None:
    """Say why a call failed: the cause that holds, how to mend the call, and the body that would have passed.

    Examples:

      kaquan explain 65530d2f-0a1b2c3d-4e5f6071

      kaquan explain '{"errcode":40053,"errmsg":"invalid actioninfo, please check document rid: 65530d2f-..."}'

      kaquan explain 65530d2f-0a1b2c3d-4e5f6071 --try --appid wx0123456789abcdef --secret SECRET
    """
    chosen("lang", language, ("zh", "en"))
    found = RID.search(rid)
    if found is None:
        stop("that holds no rid: it looks like 65530d2f-0a1b2c3d-4e5f6071")
    known = wait_for(found[0], database_url)
    if known is None:
        stop(f"no failed call {found[0]} is kept here: older than KAQUAN_KEEP_CALLS_DAYS, or in another database")
    kept, app = known
    load_endpoints()
    repaired = repair(kept, app, wall_clock() + (app.clock_offset if app else 0))
    typer.echo(f"{kept.method} {kept.path}\n{kept.answer}\n")
    typer.echo(explain(kept.errcode, kept.cause, msgspec.json.decode(kept.facts)).text(language))
    for line in told(kept, repaired, language, body):
        typer.echo(line)
    if try_it:
        send(kept.path, repaired, Client(base_url, appid, secret))


def told(kept: FailedCall, repaired: Repaired, language: str, whole: bool) -> list[str]:
    """Return the lines about the repaired request: what was changed, what is left, and the body where it is wanted."""
    said = repaired.zh if language == "zh" else repaired.en
    lines = ["", HEADINGS[language] + said]
    lines += difference(kept.body, repaired.body) if repaired.body else []
    lines += [LEFT[language] + one.short(language) for one in repaired.left]
    return [*lines, "", *pretty(repaired.body).splitlines()] if whole and repaired.body else lines


def send(path: str, repaired: Repaired, client: Client) -> None:
    """Send a repaired request and print its answer; only with a sandbox account, and only where nothing is left."""
    if repaired.state != "whole":
        stop(UNTRIED + repaired.en)
    asked = client.ask("/sandbox/clock", {})
    if asked.get("errcode") == SANDBOX_ONLY:
        stop("--try is for sandbox accounts, so that nothing real is changed; this account is none")
    if asked.get("errcode"):
        stop(f"{asked['errcode']} {asked['errmsg']}")
    answer = client.ask(path, msgspec.json.decode(repaired.body))
    typer.echo(f"\nPOST {path}\n{json.dumps(answer, ensure_ascii=False, separators=(',', ':'))}")
    if answer.get("errcode"):
        raise typer.Exit(1)


def wait_for(rid: str, database_url: str | None) -> tuple[FailedCall, App | None] | None:
    """Return the kept call and the account that made it; a server writes a call a moment after its answer."""
    settings = settings_of(database_url)
    # A reference begins with its time: what was refused long ago is kept by now, or never was.
    recent = abs(time.time() - int(rid[:8], 16)) < RECENT_SECONDS
    deadline = time.monotonic() + (PATIENCE_SECONDS if recent else 0)
    while (known := transact(settings, lambda tx: look_up(tx, rid))) is None and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    return known


def look_up(tx: Tx, rid: str) -> tuple[FailedCall, App | None] | None:
    """Return the kept call of this reference, whosever it is, and its account."""
    owner = owner_of_call(tx, rid)
    kept: Any = None if owner is None else find_call(tx, owner, rid)
    return (kept, load_app(tx, owner) if owner else None) if kept is not None else None
