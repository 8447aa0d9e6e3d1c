"""``kaquan lab``: whether a signature holds, and which mistake made one that does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
import typer

from kaquan.actions.explain_signature import candidates
from kaquan.actions.issue_credential import TICKETS
from kaquan.actions.list_cards import list_cards
from kaquan.actions.load_card import account_of_card
from kaquan.cli.app import chosen
from kaquan.cli.database import app_of, keys_of, settings_of, transact
from kaquan.cli.output import stop, told
from kaquan.cli.serve import DatabaseUrl
from kaquan.errors import Refusal
from kaquan.errors.fill import plain
from kaquan.errors.mistakes import what_to_do, what_was_done
from kaquan.rules.card_ext import parse_card_ext
from kaquan.rules.lab import Finding, Question, Ticket, about_card_ext, about_card_sign, about_config, examine
from kaquan.sources import wall_clock
from kaquan.store.apps import list_latest_holders, load_app
from kaquan.store.schema import check_key
from kaquan.store.tx import Tx
from kaquan.tokens import Tokens

commands = typer.Typer(help="Examine signatures of pages.", no_args_is_help=True)
Appid = Annotated[str | None, typer.Option("--appid", help="the account")]
Given = Annotated[
    list[str] | None, typer.Option("--ticket", help="what it has to be signed with; may be given more than once")
]
Other = Annotated[
    list[str] | None,
    typer.Option("--other-ticket", help="one of the other kind, perhaps taken for it"),
]
Secret = Annotated[str, typer.Option("--secret", help="the appsecret, to see whether it was signed with that")]
Lang = Annotated[str, typer.Option("--lang", help="zh or en")]
CardSign = Annotated[str, typer.Option("--card-sign", help="the signature")]
Timestamp = Annotated[str, typer.Option("--timestamp", help="as the page passed it")]
Nonce = Annotated[str, typer.Option("--nonce-str", help="as the page passed it")]
LABELS = {
    "zh": {
        "holds": "签名正确",
        "wrong": "签名不对",
        "mistake": "错误：",
        "fix": "处理：",
        "signed": "应签：",
        "right": "正确签名：",
    },
    "en": {
        "holds": "the signature holds",
        "wrong": "the signature does not hold",
        "mistake": "mistake: ",
        "fix": "fix: ",
        "signed": "to be signed: ",
        "right": "right signature: ",
    },
}
MOST_OTHERS = 50
MOST_CARDS = 20


class Known(msgspec.Struct):
    """What is known of an account: its appid, tickets that may have been signed with, and some of its cards."""

    appid: str
    tickets: list[Ticket]
    cards: list[str]


@commands.command("card-ext")
def card_ext(
    card_id: Annotated[str, typer.Option(help="the card")],
    ext: Annotated[str, typer.Option("--card-ext", help="the card_ext, a JSON text")],
    ticket: Given = None,
    other_ticket: Other = None,
    appid: Appid = None,
    secret: Secret = "",
    language: Lang = "en",
    database_url: DatabaseUrl = None,
) -> None:
    """Examine the signature of a card_ext; without --ticket with the tickets of the card's account in the database.

    Examples:

      kaquan lab card-ext --card-id pKaquan1 --card-ext '{"timestamp":"1700000000","signature":"..."}'

      kaquan lab card-ext --card-id pKaquan1 --card-ext "$CARD_EXT" --ticket "$API_TICKET" --appid wx0123456789abcdef
    """
    try:
        members = parse_card_ext(ext)
    except Refusal as refused:
        stop(told(refused))
    known = look_up(ticket, other_ticket, "wx_card", appid, card_id, database_url)
    others = {"app_id": [known.appid] if known.appid else [], "card_id": known.cards}
    show(about_card_ext(card_id, members, known.tickets, others, secret), language)


@commands.command("choose-card")
def choose_card(
    timestamp: Timestamp,
    card_sign: CardSign,
    nonce_str: Nonce = "",
    location_id: Annotated[str, typer.Option("--shop-id", help="the page's shopId")] = "",
    card_id: Annotated[str, typer.Option(help="the page's cardId")] = "",
    card_type: Annotated[str, typer.Option(help="the page's cardType")] = "",
    ticket: Given = None,
    other_ticket: Other = None,
    appid: Appid = None,
    secret: Secret = "",
    language: Lang = "en",
    database_url: DatabaseUrl = None,
) -> None:
    """Examine the cardSign of wx.chooseCard; without --ticket with the tickets of the account in the database.

    Examples:

      kaquan lab choose-card --timestamp 1700000000 --nonce-str n0nce --card-type CASH --card-sign 02feb66a...

      kaquan lab choose-card --timestamp 1700000000 --card-sign 02feb66a... --appid wx0123456789abcdef --ticket "$T"
    """
    known = look_up(ticket, other_ticket, "wx_card", appid, "", database_url)
    if not known.appid:
        stop("the appid is signed too: give --appid")
    values = {"app_id": known.appid, "location_id": location_id, "timestamp": timestamp, "nonce_str": nonce_str}
    values |= {"card_id": card_id, "card_type": card_type}
    show(about_card_sign(values, card_sign, known.tickets, {"card_id": known.cards}, secret), language)


@commands.command("config")
def config(
    url: Annotated[list[str], typer.Option(help="the page's address; a second one is that it was entered by")],
    timestamp: Timestamp,
    nonce_str: Nonce,
    signature: Annotated[str, typer.Option(help="the signature")],
    ticket: Given = None,
    other_ticket: Other = None,
    appid: Appid = None,
    secret: Secret = "",
    language: Lang = "en",
    database_url: DatabaseUrl = None,
) -> None:
    """Examine the signature of wx.config; without --ticket with the tickets of the account in the database.

    Examples:

      kaquan lab config --url 'https://shop.example.com/c?id=1' --timestamp 1700000000 --nonce-str n --signature 1209...

      kaquan lab config --url "$URL" --timestamp 1700000000 --nonce-str n --signature 1209... --ticket "$JSAPI_TICKET"
    """
    known = look_up(ticket, other_ticket, "jsapi", appid, "", database_url)
    show(about_config(nonce_str, timestamp, url, signature, known.tickets, {}, secret), language)


def look_up(
    given: Sequence[str] | None,
    other: Sequence[str] | None,
    kind: Literal["wx_card", "jsapi"],
    appid: str | None,
    card_id: str,
    database_url: str | None,
) -> Known:
    """Return the tickets that were given, else those of an account in the database."""
    if not given:
        return from_database(appid, card_id, database_url)
    wrong = "jsapi" if kind == "wx_card" else "wx_card"
    tickets = [Ticket(one, kind) for one in given] + [Ticket(one, wrong) for one in other or ()]
    return Known(appid or "", tickets, [])


def from_database(appid: str | None, card_id: str, database_url: str | None) -> Known:
    """Return what the database knows of an account, that of the card where none is named."""
    settings = settings_of(database_url)
    keys = keys_of(settings)
    tokens = Tokens(keys)

    def read(tx: Tx) -> Known:
        app = app_of(tx, appid or (account_of_card(tx, card_id) if card_id else None))
        names = [one for one in list_latest_holders(tx, TICKETS, MOST_OTHERS + 1) if one != app.appid][:MOST_OTHERS]
        others = [one for one in (load_app(tx, name) for name in names) if one is not None]
        cards, _ = list_cards(tx, app.appid, None, 0, MOST_CARDS)
        return Known(app.appid, candidates(tokens, app, wall_clock() + app.clock_offset, others), cards)

    transact(settings, lambda tx: check_key(tx, keys))
    return transact(settings, read)


def show(ask: Question, language: str) -> None:
    """Print what was found; a signature that does not hold ends the command as failed."""
    lang: Literal["zh", "en"] = "zh" if chosen("lang", language, ("zh", "en")) == "zh" else "en"
    labels = LABELS[lang]
    verdict = examine(ask)
    typer.echo(labels["holds" if verdict.holds else "wrong"])
    for one in (*verdict.found, *verdict.remarks):
        for line in lines(one, lang, labels):
            typer.echo(line)
    if verdict.right:
        typer.echo(f"{labels['signed']}{plain(verdict.string)}\n{labels['right']}{verdict.right}")
    if not verdict.holds:
        raise typer.Exit(1)


def lines(one: Finding, lang: Literal["zh", "en"], labels: Mapping[str, str]) -> list[str]:
    """Return a mistake in words and what to do instead."""
    told_by: tuple[tuple[str, Callable[..., str]], ...] = (("mistake", what_was_done), ("fix", what_to_do))
    return [labels[name] + tell(one.mistake, one.facts, lang) for name, tell in told_by]
