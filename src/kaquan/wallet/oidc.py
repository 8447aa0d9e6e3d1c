"""Sign in through an OpenID Connect provider, when the operator has set one."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import msgspec
import structlog
from starlette.responses import Response

from kaquan.actions.keep_account import find_account, sign_up
from kaquan.keys import KeyMismatch
from kaquan.rules.account import Person, clean_nickname
from kaquan.sources import wall_clock
from kaquan.wallet.sign_in import show, welcome
from kaquan.web.oidc import Attempt, OidcFault, authorize_url, claims, discover
from kaquan.web.page import page
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere, Visit, local_path

COOKIE = "kaquan_oidc"
LIFE = 600
UNREACHABLE = zh("登录服务暂不可用")
UNDONE = zh("登录未完成，请重试")

log = structlog.get_logger(__name__)


@page("/wallet/oidc")
async def start(visit: Visit) -> Response:
    """Send the visitor to the provider."""
    if not visit.platform.settings.oidc_issuer:
        raise NotHere
    then = local_path(visit.query.get("next", ""))
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    attempt = Attempt(state, nonce, verifier, then, wall_clock())
    try:
        provider = await discover(visit.platform.settings)
    except OidcFault as fault:
        log.warning("the OpenID Connect provider cannot be used", fault=str(fault))
        return await show(visit, visit.text(UNREACHABLE), 503)
    box = visit.platform.keys.seal("oidc", msgspec.json.encode(attempt).decode())
    visit.keep_cookie(COOKIE, box, LIFE)
    return visit.go_out(authorize_url(provider, visit.platform.settings, callback_url(visit), attempt))


@page("/wallet/oidc/callback")
async def come_back(visit: Visit) -> Response:
    """Sign in whom the provider has sent back."""
    settings = visit.platform.settings
    attempt = attempt_of(visit)
    code = visit.query.get("code", "")
    # Whatever fails from here on is kept without the code, which has no form to be known by.
    visit.call.scope["query_string"] = b""
    if attempt is None or not settings.oidc_issuer or not code:
        return await show(visit, visit.text(UNDONE))
    try:
        provider = await discover(settings)
        told = await claims(provider, settings, callback_url(visit), attempt, code)
    except OidcFault as fault:
        log.warning("an OpenID Connect sign-in failed", fault=str(fault))
        return await show(visit, visit.text(UNDONE))
    subject = hashlib.sha256(f"{provider.issuer} {told['sub']}".encode()).hexdigest()
    nickname = clean_nickname(str(told.get("name") or told.get("preferred_username") or ""))
    visit.keep_cookie(COOKIE, "", 0)
    return await welcome(visit, await person_of(visit, f"oidc/{subject}", nickname), attempt.then)


def attempt_of(visit: Visit) -> Attempt | None:
    """Return the sign-in that this browser began and the answer belongs to."""
    box = visit.request.cookies.get(COOKIE, "")
    try:
        attempt = msgspec.json.decode(visit.platform.keys.unseal("oidc", box), type=Attempt)
    except (KeyMismatch, ValueError, msgspec.MsgspecError):
        return None
    fresh = wall_clock() - attempt.started <= LIFE
    same = hmac.compare_digest(visit.query.get("state", "").encode(), attempt.state.encode())
    return attempt if fresh and same else None


async def person_of(visit: Visit, name: str, nickname: str) -> Person:
    """Return the account of somebody the provider knows, made at the first sign-in."""
    person = Person(secrets.token_hex(16), name, nickname or "?", "")
    await visit.write(lambda tx: sign_up(tx, person, "", wall_clock()))
    found = await visit.read(lambda tx: find_account(tx, name))
    assert found is not None
    return found[0]


def callback_url(visit: Visit) -> str:
    """Return the address that the provider sends people back to."""
    return visit.platform.settings.base_url + "/wallet/oidc/callback"
