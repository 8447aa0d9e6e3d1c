"""``/sns/*``: what an app is told of a person who came by web OAuth (spec: auth_and_signatures.md 5.4 and 5.5)."""

from __future__ import annotations

from typing import Any

from kaquan.actions.know_people import unionid_of
from kaquan.actions.renew_grant import load_grant, names_of
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.precedence import FREQUENCY
from kaquan.api.rehearsal import counted
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.oauth import USERINFO, Grant, check_person, check_serial, profile
from kaquan.rules.openid import check_openid
from kaquan.store.tx import Tx
from kaquan.user_tokens import read_access

OF_TOKEN = ("41001 missing", "40001 no_user_token account_token refresh_token", "42001 user_token", *FREQUENCY)
OF_PERSON = ("41009 missing", "40003 malformed", "40003 not_of_token")


@endpoint("/sns/userinfo", "GET", token=False, refuses=(*OF_TOKEN, "48001 base_scope", *OF_PERSON))
async def userinfo(call: Call) -> dict[str, Any]:
    """Return the profile of the token's person; no errcode, as in the original."""
    grant = await find_grant(call)

    async def answered() -> dict[str, Any]:
        if grant.scope != USERINFO:
            raise Errcode.API_UNAUTHORIZED("base_scope")
        check_query(call, grant)
        external_id, nickname = await call.read(lambda tx: names_of(tx, call.appid, grant.openid))
        unionid = unionid_of(call.platform.keys, call.app, external_id)
        return profile(grant.openid, nickname, call.query.get("lang", ""), unionid)

    return await counted(call, answered)


@endpoint("/sns/auth", "GET", token=False, refuses=(*OF_TOKEN, *OF_PERSON))
async def auth(call: Call) -> dict[str, Any]:
    """Say whether a token is good and this person's."""
    grant = await find_grant(call)

    async def answered() -> dict[str, Any]:
        check_query(call, grant)
        return ok()

    return await counted(call, answered)


async def find_grant(call: Call) -> Grant:
    """Make the call one of the token's app and return what the token stands for.

    Raises:
        Refusal: 41001, 40001, 42001.
    """
    token = read_access(call.platform.keys, call.access_token)
    app = await call.platform.apps.get(token.appid)
    if app is None:
        raise Errcode.INVALID_CREDENTIAL("no_user_token")
    call.app = app
    grant = await call.read(lambda tx: load_grant(tx, app.appid, token.grant_id))
    return check_serial(grant, token.serial, call.now)


def check_query(call: Call, grant: Grant) -> None:
    """Go on only if the query names the token's person.

    Raises:
        Refusal: 41009, 40003.
    """
    openid = call.query.get("openid", "")
    if not openid:
        raise Errcode.OPENID_MISSING("missing", path="openid", expected="text", got="nothing")
    check_openid(openid)
    check_person(grant, openid)


def unionid_in(tx: Tx, call: Call, openid: str) -> str:
    """Return a person's unionid, empty where the app has no owner."""
    external_id = names_of(tx, call.appid, openid)[0] if call.app.owner else ""
    return unionid_of(call.platform.keys, call.app, external_id)
