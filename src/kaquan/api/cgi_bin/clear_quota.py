"""``/cgi-bin/clear_quota*``: counts of calls begin anew, ten times a month (spec: distribution.md 10.3)."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec

from kaquan.actions.clear_quota import clear_quota as clear
from kaquan.api.call import Call
from kaquan.api.cgi_bin import SECRET, name_app
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.fields import MissingAs
from kaquan.rules.text import storable
from kaquan.store.apps import App


class ClearQuota(msgspec.Struct):
    """Body of ``clear_quota``: the appid of the token."""

    appid: Annotated[str, MissingAs(Errcode.APPID_MISSING)]


def check_account(request: ClearQuota, app: App, now: int) -> None:
    """Check that the account is the token's."""
    if request.appid != app.appid:
        raise Errcode.INVALID_APPID("not_of_token", path="appid", appid=app.appid, sent=request.appid[:40])


@endpoint(
    "/cgi-bin/clear_quota",
    reads=ClearQuota,
    checks=check_account,
    refuses=("40013 not_of_token", "48006 used_up"),
)
async def clear_quota(call: Call, request: ClearQuota) -> dict[str, Any]:
    """Clear the quotas of the token's account."""
    return await cleared(call)


@endpoint(
    "/cgi-bin/clear_quota/v2",
    token=False,
    refuses=("41002 missing", "41004 missing_appsecret", *SECRET, "48006 used_up"),
)
async def v2(call: Call) -> dict[str, Any]:
    """Clear the quotas of an account by its secret, for when no token is to be had any more."""
    given = {**form(call.body), **call.query}
    appid, secret = given.get("appid", ""), given.get("appsecret", "")
    if not appid:
        raise Errcode.APPID_MISSING("missing")
    if not secret:
        raise Errcode.APPSECRET_MISSING("missing_appsecret")
    await name_app(call, appid, secret)
    return await cleared(call)


async def cleared(call: Call) -> dict[str, Any]:
    """Begin the counts anew; what other processes found used up they forget within a second."""
    record = call.platform.record()
    answer = await call.commit(lambda tx: clear(tx, call.appid, call.now, record), lambda _: ok())
    call.platform.quotas.forget(call.appid)
    return answer


def form(body: bytes) -> dict[str, str]:
    """Return the text members of a body that is JSON or a form, the last of each name; nothing where it is neither."""
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        value = {name: values[-1] for name, values in fields.items()}
    members = value.items() if isinstance(value, dict) else ()
    return {name: storable(member) for name, member in members if isinstance(member, str)}
