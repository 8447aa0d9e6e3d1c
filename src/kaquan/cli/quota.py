"""``kaquan app quota``: how often an account may call."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from kaquan.actions.manage_app import drop_overrides, set_override
from kaquan.cli.database import app_of, settings_of, transact
from kaquan.cli.output import stop
from kaquan.cli.serve import DatabaseUrl
from kaquan.rules.quota import CARDS, DAY, UNLIMITED, UNSAID, Limits, Override
from kaquan.store.tx import Tx

MOST_CALLS = 10**12
NOTHING = "none"
PATTERN = re.compile(r"/[\w./-]*\*?", re.ASCII)
WINDOW = re.compile(r"(\d{1,12})/(\d{1,5})", re.ASCII)
NUMBER = re.compile(r"\d{1,13}", re.ASCII)


def quota(
    appid: Annotated[str | None, typer.Argument(help="which account; not needed when there is only one")] = None,
    path: Annotated[str | None, typer.Option(help="a path, or the beginning of paths with * behind it")] = None,
    daily: Annotated[str | None, typer.Option(help="calls a day of UTC+8, or none for no limit")] = None,
    minute: Annotated[str | None, typer.Option(help="calls a minute, or none")] = None,
    window: Annotated[str | None, typer.Option(help="CALLS/SECONDS of /card/ paths, or none")] = None,
    default: Annotated[bool, typer.Option("--default", help="forget the limits set for --path, or all")] = False,
    list_: Annotated[bool, typer.Option("--list", help="show the account's limits")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Set how often an account may call a path, or show it; running servers follow within a second.

    Examples:

      kaquan app quota wx0123456789abcdef --path '/card/code/*' --daily 5000 --minute 600 --window 100/10

      kaquan app quota --path /card/create --list

      kaquan app quota --default
    """
    if path is not None and not PATTERN.fullmatch(path):
        stop(f"path: {path!r} does not begin with /, or has more than a * at its end")
    limits = {"daily": number("daily", daily), "minute": number("minute", minute), **short(path, window)}
    settings = settings_of(database_url)
    if any(value != UNSAID for value in limits.values()):
        if path is None or default:
            stop("limits belong to paths: give --path, without --default")
        override = Override(path, **limits)
        transact(settings, lambda tx: set_override(tx, app_of(tx, appid).appid, override))
    elif default:
        forgotten = transact(settings, lambda tx: drop_overrides(tx, app_of(tx, appid).appid, path))
        typer.echo(f"{forgotten} forgotten")
    elif not list_:
        stop("nothing to change: see `kaquan app quota --help`")
    for line in transact(settings, lambda tx: shown(tx, appid, path)):
        typer.echo(line)


def number(name: str, text: str | None) -> int:
    """Return a limit as it is stored, or end the command."""
    if text is None:
        return UNSAID
    if text == NOTHING:
        return UNLIMITED
    if not NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST_CALLS:
        stop(f"{name}: {text!r} is neither 1 to {MOST_CALLS} nor {NOTHING}")
    return int(text)


def short(path: str | None, text: str | None) -> dict[str, int]:
    """Return the calls and seconds of a short window as they are stored, or end the command."""
    if text is None:
        return {}
    if path is None or not path.startswith(CARDS):
        stop(f"window: only paths below {CARDS} have one")
    if text == NOTHING:
        return {"calls": UNLIMITED, "seconds": 1}
    found = WINDOW.fullmatch(text)
    if not found or int(found[1]) < 1 or not 1 <= int(found[2]) <= DAY:
        stop(f"window: {text!r} is neither CALLS/SECONDS nor {NOTHING}")
    return {"calls": int(found[1]), "seconds": int(found[2])}


def shown(tx: Tx, appid: str | None, path: str | None) -> list[str]:
    """Return the account's mode, its own limits, and what follows for one path where one is named."""
    app = app_of(tx, appid)
    lines = [f"{app.appid}  quota {app.quota}"]
    lines += [
        f"  {one.path:32}  {told(Limits(one.daily, one.minute, one.calls, one.seconds))}" for one in app.overrides
    ]
    if path is not None and not path.endswith("*"):
        lines.append(f"  in effect: {path}  {told(app.limits(path))}")
    return lines


def told(limits: Limits) -> str:
    """Return limits in words; ``-`` where nothing is said."""
    words = {UNSAID: "-", UNLIMITED: NOTHING}
    window = words.get(limits.calls, f"{limits.calls}/{limits.seconds}")
    day, minute = (words.get(one, str(one)) for one in (limits.daily, limits.minute))
    return f"daily {day}  minute {minute}  window {window}"
