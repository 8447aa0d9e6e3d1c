"""``kaquan sandbox``: try an app out by hand, over HTTP; the result is the last line printed."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from kaquan.cli import snapshots as snapshot_commands
from kaquan.cli.client import Appid, BaseUrl, Client, Secret
from kaquan.cli.duration import begin_of
from kaquan.cli.output import stop

commands = typer.Typer(help="Be the consumer, the operator and the clock of a sandbox app.", no_args_is_help=True)
for name in ("save", "load", "keep", "restore", "snapshots"):
    commands.command(name)(getattr(snapshot_commands, name))
CardId = Annotated[str, typer.Option("--card-id")]
Openid = Annotated[str, typer.Option("--openid")]
Code = Annotated[str, typer.Option("--code")]
GiftId = Annotated[str, typer.Option("--gift-id")]


@commands.callback()
def connect(
    context: typer.Context,
    base_url: BaseUrl = "http://127.0.0.1:8000",
    appid: Appid = "",
    secret: Secret = "",
) -> None:
    """Say which app of which server is meant; `kaquan demo` prints all three.

    Example:

      kaquan sandbox --appid wx0123456789abcdef --secret SECRET claim --card-id CARD --openid OPENID
    """
    context.obj = lambda: Client(base_url, appid, secret)


def call(context: typer.Context, path: str, /, **body: Any) -> dict[str, Any]:
    """Make one call of the app that was named."""
    return context.obj().post(path, **body)  # type: ignore[no-any-return]


@commands.command()
def user(context: typer.Context, external_id: Annotated[str, typer.Argument(help="your own id of the person")]) -> None:
    """Print the openid of one of your users.

    Example:

      kaquan sandbox user alice
    """
    typer.echo(call(context, "/ext/user", external_ids=[external_id])["users"][0]["openid"])


@commands.command()
def claim(
    context: typer.Context,
    card_id: CardId,
    openid: Openid,
    code: Annotated[str | None, typer.Option(help="the merchant's code, for cards with custom codes")] = None,
    outer_str: Annotated[str | None, typer.Option(help="channel")] = None,
    card_ext: Annotated[str | None, typer.Option(help="card_ext as JSON text; its signature is checked")] = None,
    ticket: Annotated[str | None, typer.Option(help="QR ticket, or the address in the QR code")] = None,
) -> None:
    """Claim a card for a person and print the code.

    Examples:

      kaquan sandbox claim --card-id CARD --openid OPENID

      kaquan sandbox claim --card-id CARD --openid OPENID --ticket "gQH..."
    """
    given = {"code": code, "outer_str": outer_str, "card_ext": card_ext, "ticket": ticket}
    typer.echo(call(context, "/ext/claim", card_id=card_id, openid=openid, **given)["code"])


@commands.command()
def approve(context: typer.Context, card_id: CardId) -> None:
    """Approve a card as the operator would.

    Example:

      kaquan sandbox approve --card-id CARD
    """
    call(context, "/sandbox/approve", card_id=card_id)
    typer.echo("ok")


@commands.command()
def refuse(
    context: typer.Context,
    card_id: CardId,
    reason: Annotated[str | None, typer.Option(help="told to the merchant")] = None,
) -> None:
    """Refuse a card as the operator would.

    Example:

      kaquan sandbox refuse --card-id CARD --reason "logo unclear"
    """
    call(context, "/sandbox/refuse", card_id=card_id, reason=reason)
    typer.echo("ok")


@commands.command()
def delete(context: typer.Context, card_id: CardId, openid: Openid, code: Code) -> None:
    """Delete a code from a person's wallet.

    Example:

      kaquan sandbox delete --card-id CARD --openid OPENID --code 123456789012
    """
    call(context, "/sandbox/delete", card_id=card_id, openid=openid, code=code)
    typer.echo("ok")


@commands.command()
def gift(
    context: typer.Context,
    card_id: CardId,
    openid: Openid,
    code: Code,
    to: Annotated[
        str | None, typer.Option(help="openid of who alone may accept it; left out: whoever is first")
    ] = None,
    greeting: Annotated[str | None, typer.Option(help="the giver's words")] = None,
) -> None:
    """Give a person's code away and print the gift's id.

    Example:

      kaquan sandbox gift --card-id CARD --openid OPENID --code 123456789012 --to FRIEND
    """
    body = {"openid": openid, "card_id": card_id, "code": code, "to": to, "greeting": greeting}
    typer.echo(call(context, "/sandbox/gift", **body)["gift_id"])


@commands.command()
def accept(context: typer.Context, openid: Openid, gift_id: GiftId) -> None:
    """Accept a gift for a person and print the code.

    Example:

      kaquan sandbox accept --openid FRIEND --gift-id GIFT
    """
    typer.echo(call(context, "/sandbox/accept", openid=openid, gift_id=gift_id)["code"])


@commands.command("take-back")
def take_back(context: typer.Context, openid: Openid, gift_id: GiftId) -> None:
    """Take a gift back that nobody has accepted.

    Example:

      kaquan sandbox take-back --openid OPENID --gift-id GIFT
    """
    call(context, "/sandbox/take_back", openid=openid, gift_id=gift_id)
    typer.echo("ok")


@commands.command()
def clock(context: typer.Context, advance: Annotated[int, typer.Option(help="seconds to move ahead")] = 0) -> None:
    """Move the app's clock ahead and print its time, in UTC seconds.

    Example:

      kaquan sandbox clock --advance 86400
    """
    typer.echo(call(context, "/sandbox/clock", advance=advance)["now"])


@commands.command("encrypt-code")
def encrypt_code(context: typer.Context, card_id: CardId, code: Code) -> None:
    """Print a code as pages and links carry it.

    Example:

      kaquan sandbox encrypt-code --card-id CARD --code 123456789012
    """
    typer.echo(call(context, "/sandbox/encrypt_code", card_id=card_id, code=code)["encrypt_code"])


@commands.command("oauth-code")
def oauth_code(
    context: typer.Context,
    openid: Openid,
    scope: Annotated[str | None, typer.Option(help="snsapi_base, or snsapi_userinfo for the profile too")] = None,
) -> None:
    """Print a code as the consent page would bring it back to your own page; it is good once, for five minutes.

    Example:

      kaquan sandbox oauth-code --openid OPENID --scope snsapi_userinfo
    """
    typer.echo(call(context, "/sandbox/oauth_code", openid=openid, scope=scope)["code"])


@commands.command()
def callback(
    context: typer.Context,
    url: Annotated[str, typer.Option(help="where events are posted")],
    token: Annotated[str, typer.Option(help="3 to 32 letters and digits")],
    aes_key: Annotated[str | None, typer.Option(help="43 characters; needed unless the mode is plain")] = None,
    mode: Annotated[str, typer.Option(help="plain, compatible or safe")] = "plain",
    format: Annotated[str, typer.Option(help="xml or json")] = "xml",
) -> None:
    """Set where events are pushed.

    Example:

      kaquan sandbox callback --url http://127.0.0.1:9000/events --token Tok3n
    """
    call(context, "/sandbox/callback", url=url, token=token, aes_key=aes_key, mode=mode, format=format)
    typer.echo("ok")


@commands.command()
def events(context: typer.Context, since: Annotated[str, typer.Option(help="id of the last event seen")] = "0") -> None:
    """Print the tape, one event a line with its deliveries.

    Example:

      kaquan sandbox events
    """
    for event in call(context, "/sandbox/events", since=since)["events"]:
        typer.echo(json.dumps(event, ensure_ascii=False))


@commands.command()
def resend(
    context: typer.Context,
    id_: Annotated[list[str] | None, typer.Option("--id", help="of an event; may be repeated")] = None,
    since: Annotated[str | None, typer.Option(help="id of the last event before them, or a time such as 10m")] = None,
    until: Annotated[str | None, typer.Option(help="id of the last of them")] = None,
    event: Annotated[str | None, typer.Option(help="only those of this name")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="only those that were given up")] = False,
) -> None:
    """Push events to the callback again, and print how many.

    Examples:

      kaquan sandbox resend --dead

      kaquan sandbox resend --since 2h --event user_consume_card

      kaquan sandbox resend --id 7355335282288069134
    """
    wanted: dict[str, Any] = {"until": until, "event": event, "dead": dead or None, **begin_of(since)}
    client, count, more = context.obj(), 0, True
    while more:
        done = client.post("/sandbox/resend", ids=id_, **wanted)
        count, more = count + done["resent"], done["more"]
        wanted["since"] = done["last"]
    typer.echo(count)


@commands.command()
def fault(
    context: typer.Context,
    path: Annotated[str, typer.Option(help="of the calls that are counted, such as /card/code/consume")],
    nth: Annotated[int, typer.Option(help="the first call that goes wrong, counted from now on")] = 1,
    times: Annotated[int, typer.Option(help="how many calls in a row go wrong")] = 1,
    errcode: Annotated[int | None, typer.Option(help="refuse with this errcode")] = None,
    hang: Annotated[str | None, typer.Option(help="answer so much later, such as 6s; at most 60s")] = None,
    drop: Annotated[bool, typer.Option("--drop", help="close the connection without an answer")] = False,
    after: Annotated[bool, typer.Option("--after", help="carry the call out first, then lose its answer")] = False,
) -> None:
    """Rehearse a fault and print its id.

    Examples:

      kaquan sandbox fault --path /card/code/consume --nth 3 --errcode -1

      kaquan sandbox fault --path /card/code/consume --drop --after
    """
    how = {"errcode": errcode, "hang": seconds_of(hang), "drop": drop or None, "after": after or None}
    typer.echo(call(context, "/sandbox/fault", path=path, nth=nth, times=times, **how)["fault_id"])


def seconds_of(text: str | None) -> int | None:
    """Return the whole seconds of ``6s`` or ``6``, or end the command."""
    if text is None:
        return None
    digits = text.removesuffix("s")
    return int(digits) if digits.isascii() and digits.isdigit() else stop(f"hang: {text!r} is no time such as 6s")


@commands.command()
def faults(
    context: typer.Context,
    clear: Annotated[bool, typer.Option("--clear", help="forget all of them")] = False,
) -> None:
    """Print the rehearsed faults, one a line with the calls it has seen.

    Examples:

      kaquan sandbox faults

      kaquan sandbox faults --clear
    """
    if clear:
        typer.echo(f"{call(context, '/sandbox/faults/clear')['cleared']} cleared")
        return
    for one in call(context, "/sandbox/faults")["faults"]:
        typer.echo(json.dumps(one, ensure_ascii=False))
