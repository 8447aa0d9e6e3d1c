"""Keep a refused call, of the wire or of a page, so that its reference explains it."""

from __future__ import annotations

import time

import msgspec
import structlog

from kaquan.actions.keep_call import BODY_BYTES, FailedCall
from kaquan.api.call import Call
from kaquan.api.encode import failure
from kaquan.api.mask import mask_body
from kaquan.errors import Errcode, Refusal
from kaquan.rules.text import mask_query
from kaquan.sources import new_rid, wall_clock

log = structlog.get_logger(__name__)


def keep_failure(call: Call, refused: Refusal, started: float) -> tuple[str, bytes]:
    """Return the reference of a refused call and its answer on the wire.

    Args:
        call: its body may hold nothing secret but what the wire's bodies hold.
        refused: why.
        started: ``time.perf_counter()`` when it came.
    """
    now = wall_clock()
    rid = new_rid(now)
    body = failure(refused, rid, call.app if call.appid else None)
    kept = FailedCall(
        rid=rid,
        create_time=now,
        millis=round((time.perf_counter() - started) * 1000),
        method=call.method,
        path=call.path[:200],
        query=mask_query(call.scope["query_string"].decode("latin-1"))[:2000],
        body=mask_body(call.body[:BODY_BYTES].decode("utf-8", "replace")),
        answer=body.decode(),
        errcode=int(refused.errcode),
        cause=refused.cause,
        facts=msgspec.json.encode(refused.facts).decode(),
        client_ip=call.client_ip,
    )
    # Whoever knows an appid alone may not fill that account's list of failed calls.
    nobodys = (refused.errcode, refused.cause) == (Errcode.INVALID_APPSECRET, "wrong")
    appid = "" if nobodys else call.appid
    try:
        call.platform.hot.calls.submit(appid, "", kept)
    except Refusal:
        log.warning("failed call not kept, too many are waiting", rid=rid)
    return rid, body
