"""OpenID Connect: the authorization code flow with PKCE, as a client (OpenID Connect Core 1.0, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import aiohttp
import jwt
import msgspec

from kaquan.settings import Settings

SCOPE = "openid profile"
TIMEOUT = aiohttp.ClientTimeout(total=10)
# Signed with the provider's own keys; never with none, and never with a secret that we hold as well.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
LEEWAY_SECONDS = 60


class OidcFault(Exception):
    """The provider cannot be reached, or says what it may not say."""


class Attempt(msgspec.Struct, frozen=True):
    """One sign-in on its way; it is kept in a cookie, sealed.

    Args:
        state, nonce: what the answer and the token have to carry.
        verifier: PKCE's secret.
        then: the path the person is led to.
        started: UTC seconds.
    """

    state: str
    nonce: str
    verifier: str
    then: str
    started: int


class Provider(msgspec.Struct, frozen=True):
    """What is used of the provider's configuration."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


def challenge(verifier: str) -> str:
    """Return the PKCE challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


async def discover(settings: Settings) -> Provider:
    """Return the provider's configuration.

    Raises:
        OidcFault: it cannot be read, or is another issuer's.
    """
    found = await _json("GET", settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
    try:
        provider = msgspec.convert(found, Provider)
    except msgspec.ValidationError as fault:
        raise OidcFault(f"configuration: {fault}") from fault
    if provider.issuer.rstrip("/") != settings.oidc_issuer.rstrip("/"):
        raise OidcFault(f"the issuer calls itself {provider.issuer}")
    return provider


def authorize_url(provider: Provider, settings: Settings, redirect_uri: str, attempt: Attempt) -> str:
    """Return where the person signs in."""
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in provider.authorization_endpoint else "?"
    return provider.authorization_endpoint + joint + urlencode(asked)


async def claims(
    provider: Provider, settings: Settings, redirect_uri: str, attempt: Attempt, code: str
) -> dict[str, Any]:
    """Return what the provider's token says of the person who came back with a code.

    Raises:
        OidcFault: the code is not taken, or the token is not one for us and for this attempt.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": attempt.verifier,
    }
    login = base64.b64encode(f"{settings.oidc_client_id}:{settings.oidc_client_secret}".encode()).decode()
    answer = await _json("POST", provider.token_endpoint, data=form, headers={"authorization": f"Basic {login}"})
    keys = await _json("GET", provider.jwks_uri)
    try:
        token = str(answer["id_token"])
        wanted = jwt.get_unverified_header(token).get("kid")
        known = jwt.PyJWKSet.from_dict(keys).keys
        key = next(one for one in known if wanted is None or one.key_id == wanted)
        told: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=settings.oidc_client_id,
            issuer=provider.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "aud", "iss", "sub"]},
        )
    except (jwt.PyJWTError, KeyError, StopIteration, TypeError, AttributeError) as fault:
        raise OidcFault(f"token: {fault!r}") from fault
    if told.get("nonce") != attempt.nonce:
        raise OidcFault("the token is of another sign-in")
    return told


async def _json(method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.request(method, url, allow_redirects=False, **more) as answer,
        ):
            found = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
        raise OidcFault(f"{url}: {fault!r}") from fault
    if answer.status != 200 or not isinstance(found, dict):
        raise OidcFault(f"{url} answered {answer.status}")
    return found
