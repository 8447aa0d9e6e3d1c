"""``kaquan operator``: what the platform's operator decides."""

from __future__ import annotations

from typing import Annotated

import typer

from kaquan.actions.keep_audit import Entry
from kaquan.actions.keep_members import PLATFORM, hire
from kaquan.actions.record import Record
from kaquan.actions.review_card import review
from kaquan.actions.review_store import review_store
from kaquan.cli.database import app_of, app_of_card, settings_of, transact
from kaquan.cli.output import stop
from kaquan.cli.serve import DatabaseUrl
from kaquan.rules.account import fold_name, name_fault
from kaquan.rules.permission import OPERATOR
from kaquan.sources import LETTERS_AND_DIGITS, Ids, random_text, wall_clock
from kaquan.store.tx import Tx
from kaquan.web.passwords import HASHER

commands = typer.Typer(help="Review cards and stores; make the first operator.", no_args_is_help=True)
Card = Annotated[str, typer.Argument(help="the card_id")]
Appid = Annotated[str, typer.Argument(help="the account's appid")]
Store = Annotated[int, typer.Argument(help="the poi_id")]


@commands.command()
def create(
    name: Annotated[str, typer.Argument(help="to sign in with")],
    database_url: DatabaseUrl = None,
) -> None:
    """Make an account for the operator's desk and print its password; the password is shown this once.

    Example:

      kaquan operator create alice
    """
    folded = fold_name(name)
    if name_fault(folded):
        stop("a name has 2 to 32 letters, digits or . _ - and begins with a letter or digit")
    password = random_text(16, LETTERS_AND_DIGITS)
    hashed = HASHER.hash(password)
    entry = by_command("operator.create", folded)
    made = transact(settings_of(database_url), lambda tx: hire(tx, folded, hashed, PLATFORM, OPERATOR, entry))
    if not made:
        stop(f"the name {folded} is taken")
    typer.echo(f"name     {folded}\npassword {password}")
    typer.echo("Sign in at PUBLIC_URL/console; the first time a second factor is set up.")


def by_command(action: str, target: str = "", reason: str = "") -> Entry:
    """Return a line of the audit log for what the command line changes."""
    facts = {"action": action, "target": target, "reason": reason}
    return Entry(id=Ids()(), create_time=wall_clock(), account_id="", name="", role="", **facts)


@commands.command()
def approve(card: Card, database_url: DatabaseUrl = None) -> None:
    """Approve a card under review; card_pass_check is pushed.

    Example:

      kaquan operator approve pdkJ9uLRSbnB3UFEjZAgUxAJrjeY
    """
    transact(settings_of(database_url), lambda tx: decide(tx, card, None))
    typer.echo(f"approved {card}")


@commands.command()
def refuse(
    card: Card,
    reason: Annotated[str, typer.Option(help="told to the merchant")],
    database_url: DatabaseUrl = None,
) -> None:
    """Refuse a card under review; card_not_pass_check is pushed with the reason.

    Example:

      kaquan operator refuse pdkJ9uLRSbnB3UFEjZAgUxAJrjeY --reason "logo unclear"
    """
    transact(settings_of(database_url), lambda tx: decide(tx, card, reason))
    typer.echo(f"refused {card}")


@commands.command("approve-store")
def approve_store(appid: Appid, poi_id: Store, database_url: DatabaseUrl = None) -> None:
    """Approve a store, or its change, under review; poi_check_notify is pushed.

    Example:

      kaquan operator approve-store wx0123456789abcdef 271262077
    """
    transact(settings_of(database_url), lambda tx: decide_store(tx, appid, poi_id, None))
    typer.echo(f"approved {poi_id}")


@commands.command("refuse-store")
def refuse_store(
    appid: Appid,
    poi_id: Store,
    reason: Annotated[str, typer.Option(help="told to the merchant")],
    database_url: DatabaseUrl = None,
) -> None:
    """Refuse a store, or its change, under review; poi_check_notify is pushed with the reason.

    Example:

      kaquan operator refuse-store wx0123456789abcdef 271262077 --reason "no such street"
    """
    transact(settings_of(database_url), lambda tx: decide_store(tx, appid, poi_id, reason))
    typer.echo(f"refused {poi_id}")


def decide_store(tx: Tx, appid: str, poi_id: int, reason: str | None) -> None:
    """Review a store of this account."""
    app = app_of(tx, appid)
    review_store(tx, app, poi_id, reason, wall_clock() + app.clock_offset, Record(Ids()))


def decide(tx: Tx, card: str, reason: str | None) -> None:
    """Review a card, whosever it is."""
    app = app_of_card(tx, card)
    review(tx, app, card, reason, wall_clock() + app.clock_offset, Record(Ids()))
