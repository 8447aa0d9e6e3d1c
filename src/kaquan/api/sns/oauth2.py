"""``/sns/oauth2/*``: a person's tokens for an OAuth code (spec: auth_and_signatures.md 5.2 and 5.3)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kaquan.actions.exchange_code import exchange_code
from kaquan.actions.renew_grant import renew_grant
from kaquan.api.call import Call
from kaquan.api.cgi_bin import SECRET, check_grant_type, name_app
from kaquan.api.precedence import FREQUENCY
from kaquan.api.rehearsal import counted
from kaquan.api.route import endpoint
from kaquan.api.sns import unionid_in
from kaquan.errors import Errcode
from kaquan.rules.oauth import Grant
from kaquan.store.apps import load_app
from kaquan.store.tx import Tx
from kaquan.user_tokens import access_token as access_text
from kaquan.user_tokens import read_refresh
from kaquan.user_tokens import refresh_token as refresh_text

BY_CODE, BY_REFRESH = "authorization_code", "refresh_token"
MISSING = ("40002 grant_type", "41002 missing")
EXCHANGED = ("40029 unknown expired | 40163 used",)
RENEWED = ("40030 unknown not_of_app access_token", *FREQUENCY, "42002 expired")


class UserTokenAnswer(msgspec.Struct, omit_defaults=True):
    """A person's tokens; no errcode, as in the original."""

    access_token: str
    expires_in: int
    refresh_token: str
    openid: str
    scope: str
    unionid: str = ""


@endpoint(
    "/sns/oauth2/access_token",
    "GET",
    token=False,
    refuses=(*MISSING, "41004 missing", "41008 missing", *SECRET, *FREQUENCY, *EXCHANGED),
)
async def access_token(call: Call) -> UserTokenAnswer:
    """Exchange a code, once, for a person's openid and tokens."""
    query, platform = call.query, call.platform
    check_grant_type(query.get("grant_type", ""), BY_CODE)
    appid, secret, code = (query.get(name, "") for name in ("appid", "secret", "code"))
    if not appid:
        raise Errcode.APPID_MISSING("missing")
    if not secret:
        raise Errcode.APPSECRET_MISSING("missing")
    if not code:
        raise Errcode.OAUTH_CODE_MISSING("missing")
    await name_app(call, appid, secret)
    record, number = platform.record(), platform.ids()
    return await told(call, lambda tx: exchange_code(tx, call.appid, code, number, call.now, record))


@endpoint(
    "/sns/oauth2/refresh_token", "GET", token=False, refuses=(*MISSING, "41003 missing", "40013 unknown", *RENEWED)
)
async def refresh_token(call: Call) -> UserTokenAnswer:
    """Give an access token another two hours, or a new one in its place; the refresh token stays the same."""
    query = call.query
    check_grant_type(query.get("grant_type", ""), BY_REFRESH)
    appid, text = query.get("appid", ""), query.get("refresh_token", "")
    if not appid:
        raise Errcode.APPID_MISSING("missing")
    if not text:
        raise Errcode.REFRESH_TOKEN_MISSING("missing")
    app = await call.read(lambda tx: load_app(tx, appid))
    if app is None:
        raise Errcode.INVALID_APPID("unknown", appid=appid[:40])
    token = read_refresh(call.platform.keys, text, appid)
    # No secret is asked for: what is refused before the token was good is nobody's call.
    call.app = app
    return await told(call, lambda tx: renew_grant(tx, appid, token.grant_id, call.now))


async def told(call: Call, action: Callable[[Tx], Grant]) -> UserTokenAnswer:
    """Return the tokens of the grant that an action makes or renews, counted as calls with a token are."""

    def acted(tx: Tx) -> UserTokenAnswer:
        grant = action(tx)
        return answer(call, grant, unionid_in(tx, call, grant.openid))

    return await counted(call, lambda: call.write(acted))


def answer(call: Call, grant: Grant, unionid: str) -> UserTokenAnswer:
    """Return a grant as the wire shows it."""
    keys, appid = call.platform.keys, call.appid
    return UserTokenAnswer(
        access_token=access_text(keys, appid, grant.id, grant.serial),
        expires_in=grant.ends_at - call.now,
        refresh_token=refresh_text(keys, appid, grant.id),
        openid=grant.openid,
        scope=grant.scope,
        unionid=unionid,
    )
