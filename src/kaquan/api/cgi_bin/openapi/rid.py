"""``/cgi-bin/openapi/rid/*``: why a call failed (spec: distribution.md 10.3)."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec

from kaquan.actions.keep_call import DAY, FailedCall, find_call, owner_of_call
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.repair import repair
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.errors.explain import explain
from kaquan.sources import wall_clock
from kaquan.store.tx import Tx

# A call is kept a moment after its answer, maybe by another process.
RECENT_SECONDS = 5
PAUSE_SECONDS = 0.05
# Calls that came without a good token belong to nobody; who knows the reference made the call.
NOBODY = ""
RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")


class RidGet(msgspec.Struct):
    """Body of ``rid/get``."""

    rid: str


@endpoint(
    "/cgi-bin/openapi/rid/get",
    reads=RidGet,
    refuses=("76002 malformed", "76004 too_old", "76003 foreign | 76001 unknown"),
)
async def get(call: Call, request: RidGet) -> dict[str, Any]:
    """Return a failed call of this account, and beside it the cause that holds and the repaired body."""
    rid = request.rid.strip()
    if not RID.fullmatch(rid):
        raise Errcode.RID_MALFORMED("malformed", rid=rid[:60])
    kept = await call.read(lambda tx: look_up(tx, call.appid, rid))
    while kept is None and await may_come(call, rid):
        await asyncio.sleep(PAUSE_SECONDS)
        kept = await call.read(lambda tx: look_up(tx, call.appid, rid))
    if kept is None:
        raise await missing(call, rid)
    diagnosis = explain(kept.errcode, kept.cause, msgspec.json.decode(kept.facts))
    return ok(request=documented(kept), diagnosis=diagnosis, repaired=repair(kept, call.app, call.now))


async def may_come(call: Call, rid: str) -> bool:
    """Tell whether a call that was not found may be one that is kept in a moment, and not another account's."""
    if wall_clock() - made_at(rid) not in range(RECENT_SECONDS):
        return False
    return await call.read(lambda tx: owner_of_call(tx, rid)) in {None, NOBODY, call.appid}


def look_up(tx: Tx, appid: str, rid: str) -> FailedCall | None:
    """Return a kept call of the account, or of nobody."""
    return find_call(tx, appid, rid) or find_call(tx, NOBODY, rid)


def made_at(rid: str) -> int:
    """Return when a reference was made, which is its first part."""
    return int(rid[:8], 16)


async def missing(call: Call, rid: str) -> Exception:
    """Return why there is no such call for this account: too old, another's, or never was."""
    days = call.platform.choices.keep_calls_days
    if wall_clock() - made_at(rid) > days * DAY:
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
