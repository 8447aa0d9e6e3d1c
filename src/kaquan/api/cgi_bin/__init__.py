"""``/cgi-bin/*``: tokens, the callback's addresses and QR pictures."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import segno

from kaquan.actions.issue_credential import issue_token
from kaquan.actions.issue_credential import stable_token as stand_token
from kaquan.actions.rotate_secret import check_secret
from kaquan.api.call import Call
from kaquan.api.encode import Raw
from kaquan.api.precedence import FREQUENCY
from kaquan.api.rehearsal import counted
from kaquan.api.route import endpoint
from kaquan.api.scan import scan_id_of_ticket, scan_url
from kaquan.errors import Errcode, Refusal
from kaquan.rules.fields import MissingAs
from kaquan.rules.ip_list import is_listed, not_listed
from kaquan.sources import wall_clock
from kaquan.store.apps import Credential, load_app
from kaquan.store.tx import Tx

GRANT = "client_credential"
SECRET = ("40013 unknown", "40125 wrong replaced")
LISTED = "40164 not_listed"
SIGNING_IN = ("41002 missing", "41004 missing", *SECRET, LISTED, *FREQUENCY)


class TokenAnswer(msgspec.Struct):
    """A token and how many seconds it lasts; no errcode, as in the original."""

    access_token: str
    expires_in: int


class StableToken(msgspec.Struct):
    """Body of ``stable_token``."""

    grant_type: Annotated[str, MissingAs(Errcode.INVALID_GRANT_TYPE)]
    appid: Annotated[str, MissingAs(Errcode.APPID_MISSING)]
    secret: Annotated[str, MissingAs(Errcode.APPSECRET_MISSING)]
    force_refresh: bool = False


@endpoint("/cgi-bin/token", "GET", token=False, refuses=("40002 grant_type", *SIGNING_IN))
async def token(call: Call) -> TokenAnswer:
    """Issue a classic token (spec: auth_and_signatures.md 1.1)."""
    query = call.query
    await sign_in(call, query.get("grant_type", ""), query.get("appid", ""), query.get("secret", ""))
    return await signed_in(call, lambda tx: issue_token(tx, call.appid, call.now))


@endpoint(
    "/cgi-bin/stable_token",
    reads=StableToken,
    token=False,
    refuses=("40002 grant_type", *SIGNING_IN[2:], "45009 forced_refreshes"),
)
async def stable_token(call: Call, request: StableToken) -> TokenAnswer:
    """Return the standing stable token (spec: auth_and_signatures.md 1.2)."""
    await sign_in(call, request.grant_type, request.appid, request.secret)
    return await signed_in(call, lambda tx: stand_token(tx, call.appid, call.now, request.force_refresh))


@endpoint("/cgi-bin/getcallbackip", "GET", "POST")
async def getcallbackip(call: Call) -> dict[str, Any]:
    """Return the addresses events are pushed from."""
    return {"ip_list": [call.platform.settings.host]}


@endpoint("/cgi-bin/get_api_domain_ip", "GET", "POST")
async def get_api_domain_ip(call: Call) -> dict[str, Any]:
    """Return the addresses of the host this API is reached by."""
    host = urlsplit(call.platform.settings.base_url).hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, 0, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return {"ip_list": []}
    return {"ip_list": list(dict.fromkeys(str(one[4][0]) for one in found))}


@endpoint("/cgi-bin/showqrcode", "GET", token=False)
async def showqrcode(call: Call) -> Raw:
    """Draw the QR code of a ticket as PNG; a ticket that is none gives 404, as in the original."""
    ticket = call.query.get("ticket", "")
    try:
        scan_id = scan_id_of_ticket(call.platform.keys, ticket)
    except Refusal:
        return Raw(b"", "text/plain", status=404)
    picture = io.BytesIO()
    segno.make(scan_url(call.platform.settings.base_url, scan_id), error="m").save(
        picture, kind="png", scale=10, border=4
    )
    return Raw(picture.getvalue(), "image/png", cache_seconds=3600)


async def sign_in(call: Call, grant_type: str, appid: str, secret: str) -> None:
    """Check appid, secret and where the call comes from, and make it one of this app.

    Raises:
        Refusal: 40002, 41002, 41004, 40013, 40125, 40164 (spec: auth_and_signatures.md 4).
    """
    check_grant_type(grant_type, GRANT)
    if not appid:
        raise Errcode.APPID_MISSING("missing")
    if not secret:
        raise Errcode.APPSECRET_MISSING("missing")
    await name_app(call, appid, secret)
    if not is_listed(call.app.ip_list, call.client_ip):
        raise not_listed(call.app.ip_list, call.client_ip, appid)


def check_grant_type(grant_type: str, wanted: str) -> None:
    """Go on only if the grant type is the one that is wanted.

    Raises:
        Refusal: 40002.
    """
    if grant_type != wanted:
        raise Errcode.INVALID_GRANT_TYPE("grant_type", grant_type=grant_type[:40], wanted=wanted)


async def name_app(call: Call, appid: str, secret: str) -> None:
    """Make the call one of this app if the secret is its.

    Raises:
        Refusal: 40013, 40125.
    """
    app = await call.read(lambda tx: load_app(tx, appid))
    if app is None:
        raise Errcode.INVALID_APPID("unknown", appid=appid[:40])
    call.app = app
    check_secret(app, secret, wall_clock())


async def signed_in(call: Call, issue: Callable[[Tx], Credential]) -> TokenAnswer:
    """Return the token that ``issue`` gives an app whose secret was right, counted as calls with a token are.

    Raises:
        Refusal: 45009 or 45011, or a rehearsed fault.
    """

    async def answered() -> TokenAnswer:
        return answer(call, await call.write(issue))

    return await counted(call, answered)


def answer(call: Call, credential: Credential) -> TokenAnswer:
    """Return a token as the wire shows it."""
    call.platform.apps.forget(call.appid)
    return TokenAnswer(call.platform.tokens.token(call.appid, credential), credential.ends_at - call.now)
