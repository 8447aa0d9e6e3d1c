"""``kaquan app``: the accounts of a platform."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
import typer

from kaquan.actions.manage_app import PERMISSIONS, change_app, create_app, list_apps, new_app, set_callback
from kaquan.cli.database import app_of, keys_of, settings_of, stop, told, transact
from kaquan.cli.serve import DatabaseUrl, prepare
from kaquan.errors import Refusal
from kaquan.events.post import check_callback
from kaquan.keys import hash_secret
from kaquan.rules.callback import FORMATS, check_secrets
from kaquan.rules.callback import MODES as CALLBACK_MODES
from kaquan.rules.quota import MODES
from kaquan.sources import URL_SAFE, new_appid, new_secret, random_text, wall_clock
from kaquan.store.schema import check_key

commands = typer.Typer(help="Create and change accounts.", no_args_is_help=True)
AppId = Annotated[str | None, typer.Option("--appid", help="which account; not needed when there is only one")]
LETTERS_AND_DIGITS = URL_SAFE[:-2]
PREFIX_LENGTH = 6
REVIEWS = ("auto", "manual")
EXPIRED = ("42001", "40001")
EXPIRED_HELP = "errcode of an expired access token: 42001, or 40001 for SDKs that renew their token on nothing else"
GIFT_HELP = "a merchant's code is another one in the hands of who is given it"
QUOTA_HELP = "limits of calls: original or none"


@commands.command("create")
def create(
    name: Annotated[str, typer.Argument(help="for people to tell accounts apart")],
    sandbox: Annotated[bool, typer.Option(help="for trying things out: movable clock, causes in every answer")] = False,
    review: Annotated[str, typer.Option(help="auto or manual review of cards")] = "manual",
    quota: Annotated[str | None, typer.Option(help=QUOTA_HELP + "; original for sandboxes, else none")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Create an account and print its appid and secret; the secret is shown this once.

    Example:

      kaquan app create "Panda Tea" --review manual
    """
    chosen("review", review, REVIEWS)
    quotas = {"quota": chosen("quota", quota, MODES)} if quota is not None else {}
    settings = settings_of(database_url)
    prepare(settings)
    secret = new_secret()
    prefix = random_text(PREFIX_LENGTH, LETTERS_AND_DIGITS)
    gh_id = "gh_" + new_secret()[:12]
    app = new_app(new_appid(), secret, prefix, name, gh_id, sandbox, review)
    transact(settings, lambda tx: create_app(tx, msgspec.structs.replace(app, **quotas), wall_clock()))
    typer.echo(f"appid   {app.appid}\nsecret  {secret}")


@commands.command("list")
def list_(database_url: DatabaseUrl = None) -> None:
    """List the accounts.

    Example:

      kaquan app list
    """
    for appid, name, sandbox, card_function, quota in transact(settings_of(database_url), list_apps):
        kind = "sandbox" if sandbox else "-"
        typer.echo(f"{appid}  card function {card_function:8}  quota {quota:8}  {kind:8}  {name}")


@commands.command("set")
def set_(
    appid: AppId = None,
    card_function: Annotated[str | None, typer.Option(help="none, pending, granted or refused")] = None,
    permissions: Annotated[str | None, typer.Option(help="with commas, of: " + ", ".join(PERMISSIONS))] = None,
    review: Annotated[str | None, typer.Option(help="auto or manual")] = None,
    profile: Annotated[str | None, typer.Option(help="strict or lenient reading of requests")] = None,
    quota: Annotated[str | None, typer.Option(help=QUOTA_HELP)] = None,
    suspended: Annotated[bool | None, typer.Option(help="answer every call with 48004")] = None,
    expired_token: Annotated[str | None, typer.Option(help=EXPIRED_HELP)] = None,
    gift_new_code: Annotated[bool | None, typer.Option(help=GIFT_HELP)] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Change what an account may do; running servers follow within a second.

    Examples:

      kaquan app set --appid wx0123456789abcdef --card-function granted --permissions custom_code,issue

      kaquan app set --profile lenient

      kaquan app set --expired-token 40001
    """
    choices: dict[str, tuple[Any, tuple[str, ...]]] = {
        "card_function": (card_function, ("none", "pending", "granted", "refused")),
        "review": (review, REVIEWS),
        "profile": (profile, ("strict", "lenient")),
        "quota": (quota, MODES),
        "expired_token": (expired_token, EXPIRED),
    }
    values: dict[str, Any] = {name: chosen(name, *choice) for name, choice in choices.items() if choice[0] is not None}
    if permissions is not None:
        asked = [one.strip() for one in permissions.split(",") if one.strip()]
        values["permissions"] = ",".join(sorted({chosen("permissions", one, PERMISSIONS) for one in asked}))
    if expired_token is not None:
        values["expired_token"] = int(values["expired_token"])
    flags = {"suspended": suspended, "gift_new_code": gift_new_code}
    values |= {name: value for name, value in flags.items() if value is not None}
    if not values:
        stop("nothing to change: see `kaquan app set --help`")
    app = transact(settings_of(database_url), lambda tx: changed(tx, appid, values))
    typer.echo(f"changed {app}: " + ", ".join(f"{name} = {value}" for name, value in values.items()))


@commands.command("secret")
def secret(appid: AppId = None, database_url: DatabaseUrl = None) -> None:
    """Give an account a new secret and print it this once; the old one stops at once.

    Example:

      kaquan app secret --appid wx0123456789abcdef
    """
    new = new_secret()
    transact(settings_of(database_url), lambda tx: changed(tx, appid, {"secret_hash": hash_secret(new)}))
    typer.echo(new)


@commands.command("callback")
def callback(
    url: Annotated[str, typer.Option(help="where events are posted")],
    token: Annotated[str, typer.Option(help="3 to 32 letters and digits, shared with the receiver")],
    aes_key: Annotated[str, typer.Option(help="43 characters; needed unless the mode is plain")] = "",
    mode: Annotated[str, typer.Option(help="plain, compatible or safe")] = "plain",
    format: Annotated[str, typer.Option(help="xml or json")] = "xml",
    appid: AppId = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Set where an account's events are pushed, after the address has echoed what it was sent.

    Example:

      kaquan app callback --url https://shop.example.com/events --token Tok3n --mode safe --aes-key KEY43
    """
    settings = settings_of(database_url)
    chosen("mode", mode, CALLBACK_MODES)
    chosen("format", format, FORMATS)
    try:
        check_secrets(token, aes_key, mode)
        asyncio.run(check_callback(url, token, allow_private=settings.allow_private_callbacks))
    except Refusal as refused:
        stop(told(refused))
    keys = keys_of(settings)
    transact(settings, lambda tx: check_key(tx, keys))
    transact(settings, lambda tx: set_callback(tx, keys, app_of(tx, appid).appid, url, token, aes_key, mode, format))
    typer.echo(f"events go to {url}")


def chosen(name: str, value: str, known: tuple[str, ...]) -> str:
    """Return the value if it is one of those known, or end the command."""
    if value not in known:
        stop(f"{name}: {value!r} is not one of {', '.join(known)}")
    return value


def changed(tx: Any, appid: str | None, values: dict[str, Any]) -> str:
    """Change an account and return its appid."""
    app = app_of(tx, appid)
    change_app(tx, app.appid, **values)
    return app.appid
