"""``kaquan app secret`` and ``kaquan app ip-list``: who gets an account's tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from kaquan.actions.record import Record
from kaquan.actions.rotate_secret import MOST_OVERLAP, OVERLAP, Rotated, end_overlap, rotate_secret
from kaquan.actions.set_ip_list import load_ip_list, set_ip_list
from kaquan.cli.database import app_of, settings_of, transact
from kaquan.cli.output import stop
from kaquan.cli.serve import DatabaseUrl
from kaquan.errors.fill import FILLER
from kaquan.rules.ip_list import read_ip_list
from kaquan.sources import Ids, new_secret, wall_clock
from kaquan.store.tx import Tx

AppId = Annotated[str | None, typer.Option("--appid", help="which account; not needed when there is only one")]
Entries = Annotated[list[str] | None, typer.Option(help="an address or block, such as 203.0.113.0/24; may be repeated")]
HOUR = 3600
OVERLAP_HELP = "hours that the secret before it goes on working; 0 ends it at once"


def secret(
    appid: AppId = None,
    overlap: Annotated[float, typer.Option(help=OVERLAP_HELP)] = OVERLAP / HOUR,
    end_old: Annotated[bool, typer.Option("--end-old", help="make no new one, end the overlap of the old one")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Give an account a new secret and print it this once; the one before it works for a while longer.

    Two secrets work at the most: a rotation within an overlap ends the older one.

    Examples:

      kaquan app secret --appid wx0123456789abcdef

      kaquan app secret --overlap 0

      kaquan app secret --end-old
    """
    settings, now = settings_of(database_url), wall_clock()
    if end_old:
        ended = transact(settings, lambda tx: end_overlap(tx, app_of(tx, appid).appid, now, Record(Ids())))
        typer.echo("the old secret has ended" if ended else "there is no old secret that still works")
        return
    if not 0 <= overlap <= MOST_OVERLAP / HOUR:
        stop(f"overlap: {overlap:g} is not 0 to {MOST_OVERLAP // HOUR} hours")
    new, seconds = new_secret(), round(overlap * HOUR)
    act = transact(settings, lambda tx: rotate_secret(tx, app_of(tx, appid).appid, new, seconds, now, Record(Ids())))
    typer.echo(new)
    typer.echo(said(act, now), err=True)


def said(done: Rotated, now: int) -> str:
    """Return what became of the secrets before the new one."""
    until = FILLER.format_field(done.until, "time")
    old = f"the old secret works until {until}" if done.until > now else "the old secret has ended"
    return f"{old}; the one before that has ended with it" if done.cut_short else old


def ip_list(
    add: Entries = None,
    remove: Entries = None,
    clear: Annotated[bool, typer.Option("--clear", help="let everybody ask")] = False,
    appid: AppId = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show or change the addresses that may ask for an account's tokens; an empty list lets everybody.

    Examples:

      kaquan app ip-list

      kaquan app ip-list --add 203.0.113.7 --add 2001:db8::/48 --remove 198.51.100.0/24

      kaquan app ip-list --clear
    """
    entries = transact(settings_of(database_url), lambda tx: changed(tx, appid, add or [], remove or [], clear))
    typer.echo("\n".join(entries) or "everybody may ask")


def changed(tx: Tx, appid: str | None, add: list[str], remove: list[str], clear: bool) -> list[str]:
    """Change an account's list where something is to change, and return its entries."""
    app = app_of(tx, appid)
    entries = load_ip_list(tx, app.appid)
    if not (add or remove or clear):
        return entries
    gone = read_ip_list(remove).split(",") if remove else []
    if missing := next((one for one in gone if one not in entries), None):
        stop(f"remove: {missing} is not on the list")
    kept = [] if clear else [one for one in entries if one not in gone]
    listed = read_ip_list([*kept, *add])
    set_ip_list(tx, app.appid, listed, wall_clock(), Record(Ids()))
    return listed.split(",") if listed else []
