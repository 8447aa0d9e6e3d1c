"""``kaquan trigger``: push an event though nothing happened."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from kaquan.cli.client import Appid, BaseUrl, Client, Secret
from kaquan.cli.output import stop, told
from kaquan.errors import Refusal
from kaquan.events.catalogue import EVENTS
from kaquan.events.made import check_made, told_of

SHOWN = ("id", "event", "openid", "create_time", "fields")


def trigger(
    event: Annotated[str | None, typer.Argument(help="its name, such as user_consume_card")] = None,
    card_id: Annotated[str | None, typer.Option(help="left out: the newest code's, or the newest card")] = None,
    openid: Annotated[str | None, typer.Option(help="whom it is about; left out: who has the newest code")] = None,
    code: Annotated[str | None, typer.Option(help="left out: the newest code")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="Field=value; may be repeated")] = None,
    list_: Annotated[bool, typer.Option("--list", help="list the events")] = False,
    base_url: BaseUrl = "http://127.0.0.1:8000",
    appid: Appid = "",
    secret: Secret = "",
) -> None:
    """Push an event of any type to try a receiver with; nothing else changes.

    It is delivered as any other event of the sandbox app, with its signature, encryption and retries.

    Examples:

      kaquan trigger user_consume_card

      kaquan trigger user_get_card --set IsGiveByFriend=1 --set OuterStr=wall

      kaquan trigger --list
    """
    if list_:
        typer.echo("\n".join(f"{name:30} {told_of(name)}" for name in EVENTS))
        return
    if event is None:
        stop("which event? `kaquan trigger --list` lists them")
    fields = dict(pair(one) for one in set_ or [])
    try:
        check_made(event, fields)
    except Refusal as refused:
        stop(told(refused))
    about = {"card_id": card_id, "openid": openid, "code": code}
    said = Client(base_url, appid, secret).post("/sandbox/trigger", event=event, **about, fields=fields)
    typer.echo(json.dumps({name: said[name] for name in SHOWN}, ensure_ascii=False))


def pair(text: str) -> tuple[str, str]:
    """Return name and value of ``Field=value``, or end the command."""
    name, equals, value = text.partition("=")
    return (name, value) if equals else stop(f"set: {text!r} is not Field=value")
