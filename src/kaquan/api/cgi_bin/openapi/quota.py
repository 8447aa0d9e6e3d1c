"""``/cgi-bin/openapi/quota/*``: how often a path may still be called (spec: distribution.md 10.3)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.api.call import Call
from kaquan.api.dispatch import check_right
from kaquan.api.encode import ok
from kaquan.api.route import ROUTES, Endpoint, endpoint
from kaquan.errors import Errcode, Refusal
from kaquan.errors.nearest import nearest
from kaquan.rules.fields import shown
from kaquan.rules.quota import SECONDS_A_MINUTE, UNLIMITED, Limits, windows
from kaquan.store.quota import used_of

# What stands for no limit; the answer has no word for it.
ENDLESS = 2**31 - 1
# Called with a person's token, or with none.
WITHOUT_TOKEN = ("/sns/", "/connect/")


class QuotaGet(msgspec.Struct):
    """Body of ``quota/get``."""

    cgi_path: str


@endpoint(
    "/cgi-bin/openapi/quota/get",
    reads=QuotaGet,
    refuses=("76021 form", "76022 no_token", "76021 unknown", "76022 no_right"),
)
async def get(call: Call, request: QuotaGet) -> dict[str, Any]:
    """Return a path's calls of today and how many are left, and how many a shorter time allows."""
    path = named(call, request.cgi_path).path
    limits = call.app.limits(path)
    return ok(quota=await today(call, path, limits), **rate_limit(limits))


def named(call: Call, path: str) -> Endpoint:
    """Return the endpoint that is asked about.

    Raises:
        Refusal: 76021 no such path, 76022 not with this token.
    """
    if not path.startswith("/") or "?" in path or "//" in path:
        raise Errcode.CGI_PATH_NOT_FOUND("form", path="cgi_path", got=shown(path))
    if path.startswith(WITHOUT_TOKEN):
        raise Errcode.CGI_PATH_FORBIDDEN("no_token", interface=path[:200])
    found = ROUTES.get(path)
    if found is None:
        raise Errcode.CGI_PATH_NOT_FOUND("unknown", interface=path[:200], did_you_mean=nearest(path, ROUTES))
    try:
        check_right(call.app, found.needs)
    except Refusal:
        raise Errcode.CGI_PATH_FORBIDDEN("no_right", appid=call.appid, interface=path) from None
    return found


async def today(call: Call, path: str, limits: Limits) -> dict[str, int]:
    """Return the documented numbers of the day; without a limit nothing is counted."""
    if limits.daily == UNLIMITED:
        return {"daily_limit": ENDLESS, "used": 0, "remain": ENDLESS}
    start = windows(limits)[0].start(call.now)
    handed_out = await call.read(lambda tx: used_of(tx, call.appid, path, "day", start))
    used = max(0, handed_out - call.platform.quotas.unspent(call.appid, path, "day", start))
    return {"daily_limit": limits.daily, "used": used, "remain": max(0, limits.daily - used)}


def rate_limit(limits: Limits) -> dict[str, Any]:
    """Return the calls of a minute, else of the short window; nothing where neither is limited."""
    every = ((limits.minute, SECONDS_A_MINUTE), (limits.calls, limits.seconds))
    found = next((one for one in every if one[0] != UNLIMITED), None)
    return {"rate_limit": {"call_count": found[0], "refresh_second": found[1]}} if found else {}
