"""``kaquan app``: the accounts of a platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer

from kaquan.actions.manage_app import (
    PERMISSIONS,
    change_app,
    create_app,
    list_apps,
    new_app,
    set_callback,
    set_card_js_domain,
)
from kaquan.cli import keys as key_commands
from kaquan.cli import quota as quota_command
from kaquan.cli.database import app_of, keys_of, settings_of, transact
from kaquan.cli.output import stop, told
from kaquan.cli.serve import DatabaseUrl, prepare
from kaquan.errors import Refusal
from kaquan.events.post import check_callback
from kaquan.rules.callback import FORMATS, check_secrets
from kaquan.rules.callback import MODES as CALLBACK_MODES
from kaquan.rules.host import host_of, owner_of
from kaquan.rules.js_call import DEVICES
from kaquan.rules.js_domain import card_js_domain as read_card_js_domain
from kaquan.rules.js_domain import js_domains as hosts_of
from kaquan.rules.quota import MODES
from kaquan.sources import new_appid, new_prefix, new_secret, wall_clock
from kaquan.store.schema import check_key

commands = typer.Typer(help="Create and change accounts.", no_args_is_help=True)
commands.command("quota")(quota_command.quota)
commands.command("secret")(key_commands.secret)
commands.command("ip-list")(key_commands.ip_list)
AppId = Annotated[str | None, typer.Option("--appid", help="which account; not needed when there is only one")]
REVIEWS = ("auto", "manual")
EXPIRED = ("42001", "40001")
EXPIRED_HELP = "errcode of an expired access token: 42001, or 40001 for SDKs that renew their token on nothing else"
GIFT_HELP = "a merchant's code is another one in the hands of who is given it"
DOMAIN_HELP = "host of the pages that people are sent back to with an OAuth code; empty takes it away"
JS_DOMAINS_HELP = "hosts whose pages, and those below them, may use wx.config; up to 5 with commas"
CARD_JS_DOMAIN_HELP = "host whose pages may use the calls from before wx.config; changed once at most, empty resets"
JS_DEVICE_HELP = "ios or android: how strictly calls of pages are read"
OWNER_HELP = "apps of one owner get the same unionid for a person; empty for none"
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
    prefix = new_prefix()
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
    oauth_domain: Annotated[str | None, typer.Option(help=DOMAIN_HELP)] = None,
    owner: Annotated[str | None, typer.Option(help=OWNER_HELP)] = None,
    js_domains: Annotated[str | None, typer.Option(help=JS_DOMAINS_HELP)] = None,
    card_js_domain: Annotated[str | None, typer.Option(help=CARD_JS_DOMAIN_HELP)] = None,
    js_device: Annotated[str | None, typer.Option(help=JS_DEVICE_HELP)] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Change what an account may do; running servers follow within a second.

    Examples:

      kaquan app set --appid wx0123456789abcdef --card-function granted --permissions custom_code,issue

      kaquan app set --profile lenient

      kaquan app set --expired-token 40001

      kaquan app set --oauth-domain shop.example.com

      kaquan app set --js-domains shop.example.com,localhost:3000
    """
    choices: dict[str, tuple[Any, tuple[str, ...]]] = {
        "card_function": (card_function, ("none", "pending", "granted", "refused")),
        "review": (review, REVIEWS),
        "profile": (profile, ("strict", "lenient")),
        "quota": (quota, MODES),
        "expired_token": (expired_token, EXPIRED),
        "js_device": (js_device, DEVICES),
    }
    values: dict[str, Any] = {name: chosen(name, *choice) for name, choice in choices.items() if choice[0] is not None}
    if permissions is not None:
        asked = [one.strip() for one in permissions.split(",") if one.strip()]
        values["permissions"] = ",".join(sorted({chosen("permissions", one, PERMISSIONS) for one in asked}))
    if expired_token is not None:
        values["expired_token"] = int(values["expired_token"])
    flags = {"suspended": suspended, "gift_new_code": gift_new_code}
    values |= {name: value for name, value in flags.items() if value is not None}
    texts = {"oauth_domain": (oauth_domain, host_of), "owner": (owner, owner_of), "js_domains": (js_domains, hosts_of)}
    values |= {name: read(name, text, reads) for name, (text, reads) in texts.items() if text is not None}
    if card_js_domain is not None:
        values["card_js_domain"] = card_js_domain
    if not values:
        stop("nothing to change: see `kaquan app set --help`")
    app = transact(settings_of(database_url), lambda tx: changed(tx, appid, values))
    typer.echo(f"changed {app}: " + ", ".join(f"{name} = {value}" for name, value in values.items()))


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


def read(name: str, value: str, reads: Callable[[str], str]) -> str:
    """Return a value as it is kept, an empty one as it is, or end the command."""
    try:
        return reads(value) if value else ""
    except ValueError as fault:
        stop(f"{name}: {value!r}: {fault}")


def changed(tx: Any, appid: str | None, values: dict[str, Any]) -> str:
    """Change an account and return its appid."""
    app = app_of(tx, appid)
    rest = dict(values)
    domain = rest.pop("card_js_domain", None)
    if domain:
        set_card_js_domain(tx, app.appid, read_card_js_domain(domain))
    elif domain == "":
        rest |= {"card_js_domain": "", "card_js_changes": 0}
    if rest:
        change_app(tx, app.appid, **rest)
    return app.appid
