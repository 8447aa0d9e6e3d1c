"""``/cgi-bin/openapi/rid/*``: why a call failed (spec: distribution.md 10.3)."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kaquan.actions.keep_call import DAY, FailedCall, find_call, owner_of_call
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.errors.explain import explain
from kaquan.sources import wall_clock

# Calls that came without a good token belong to nobody; who knows the reference made the call.
NOBODY = ""
RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")


class RidGet(msgspec.Struct):
    """Body of ``rid/get``."""

    rid: str


@endpoint("/cgi-bin/openapi/rid/get", reads=RidGet)
async def get(call: Call, request: RidGet) -> dict[str, Any]:
    """Return a failed call of this account, and beside it the cause that holds."""
    rid = request.rid.strip()
    if not RID.fullmatch(rid):
        raise Errcode.RID_MALFORMED("malformed", rid=rid[:60])
    await call.platform.hot.calls.drain()
    kept = await call.read(lambda tx: find_call(tx, call.appid, rid) or find_call(tx, NOBODY, rid))
    if kept is None:
        raise await missing(call, rid)
    return ok(request=documented(kept), diagnosis=explain(kept.errcode, kept.cause, msgspec.json.decode(kept.facts)))


async def missing(call: Call, rid: str) -> Exception:
    """Return why there is no such call for this account: too old, another's, or never was."""
    days = call.platform.settings.keep_calls_days
    if wall_clock() - int(rid[:8], 16) > days * DAY:
        return Errcode.RID_TOO_OLD("too_old", rid=rid, days=days)
    owner = await call.read(lambda tx: owner_of_call(tx, rid))
    if owner:
        return Errcode.RID_FOREIGN("foreign", rid=rid)
    return Errcode.RID_NOT_FOUND("unknown", rid=rid)


def documented(kept: FailedCall) -> dict[str, Any]:
    """Return a call in the documented shape."""
    return {
        "invoke_time": kept.create_time,
        "cost_in_ms": kept.millis,
        "request_url": f"{kept.path}?{kept.query}" if kept.query else kept.path,
        "request_body": kept.body,
        "response_body": kept.answer,
        "client_ip": kept.client_ip,
    }
