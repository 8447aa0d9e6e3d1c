"""``kaquan operator``: what the platform's operator decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated

import msgspec
import typer

from kaquan.actions.keep_audit import Entry, note_decision
from kaquan.actions.keep_members import PLATFORM, hire
from kaquan.actions.record import Record
from kaquan.actions.review_card import put_back, review, take_down
from kaquan.actions.review_store import review_store
from kaquan.cli.database import app_of, app_of_card, settings_of, transact
from kaquan.cli.output import stop
from kaquan.cli.serve import DatabaseUrl
from kaquan.rules.account import fold_name, name_fault
from kaquan.rules.permission import OPERATOR
from kaquan.sources import LETTERS_AND_DIGITS, Ids, random_text, wall_clock
from kaquan.store.tx import Tx
from kaquan.web.passwords import HASHER

commands = typer.Typer(help="Review cards and stores, take cards down; make the first operator.", no_args_is_help=True)
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


def by_command(action: str, target: str = "", reason: str = "", facts: Mapping[str, str] | None = None) -> Entry:
    """Return a line of the audit log for what the command line changes."""
    said = {"action": action, "target": target, "reason": reason, "facts": msgspec.json.encode(facts or {}).decode()}
    return Entry(id=Ids()(), create_time=wall_clock(), account_id="", name="", role="", **said)


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


@commands.command()
def takedown(
    card: Card,
    reason: Annotated[str, typer.Option(help="shown to the merchant")],
    database_url: DatabaseUrl = None,
) -> None:
    """Take a card off the shelf: nobody can claim it, codes that were claimed stay good.

    Example:

      kaquan operator takedown pdkJ9uLRSbnB3UFEjZAgUxAJrjeY --reason "misleading price"
    """
    entry = by_command("card.takedown", card, reason)
    transact(settings_of(database_url), lambda tx: on_card(tx, card, entry, partial(take_down, reason=reason)))
    typer.echo(f"taken down {card}")


@commands.command()
def restore(card: Card, database_url: DatabaseUrl = None) -> None:
    """Put a card back on the shelf.

    Example:

      kaquan operator restore pdkJ9uLRSbnB3UFEjZAgUxAJrjeY
    """
    entry = by_command("card.restore", card)
    transact(settings_of(database_url), lambda tx: on_card(tx, card, entry, put_back))
    typer.echo(f"restored {card}")


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
    note_decision(tx, appid, by_command(f"store.{verb(reason)}", str(poi_id), reason or ""))


def decide(tx: Tx, card: str, reason: str | None) -> None:
    """Review a card, whosever it is."""
    entry = by_command(f"card.{verb(reason)}", card, reason or "")
    on_card(tx, card, entry, partial(review, reason=reason))


def verb(reason: str | None) -> str:
    """Return what a review decides: nothing is refused without a reason."""
    return "approve" if reason is None else "refuse"


def on_card(tx: Tx, card: str, entry: Entry, act: Callable[..., None]) -> None:
    """Do something to a card, whosever it is, and put it on record."""
    app = app_of_card(tx, card)
    act(tx, app, card, now=wall_clock() + app.clock_offset, record=Record(Ids()))
    note_decision(tx, app.appid, entry)
