"""Keep calls: refused ones, of the wire or of a page, so that their reference explains them; others to be looked at."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import structlog

from kaquan.actions.keep_call import BODY_BYTES, FailedCall
from kaquan.api.call import Call
from kaquan.api.encode import Raw, encode, failure
from kaquan.api.mask import mask_answer, mask_body
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
    call.platform.tally.refuse(int(refused.errcode))
    now = wall_clock()
    rid = new_rid(now)
    body = failure(refused, rid, call.app if call.appid else None)
    kept = kept_call(call, rid, now, started, body.decode(), refused)
    # Whoever knows an appid alone may not fill that account's list of failed calls.
    nobodys = (refused.errcode, refused.cause) == (Errcode.INVALID_APPSECRET, "wrong")
    appid = "" if nobodys else call.appid
    submit(call, appid, kept)
    return rid, body


def keep_success(call: Call, answer: Any, started: float) -> None:
    """Keep a call that succeeded, with the answer that its handler returned."""
    now = wall_clock()
    binary = isinstance(answer, Raw) and not answer.content_type.startswith("application/json")
    told = f"({answer.content_type}, {len(answer.body)} bytes)" if binary else mask_answer(encode(answer).decode())
    submit(call, call.appid, kept_call(call, new_rid(now), now, started, told[:BODY_BYTES]))


def kept_call(
    call: Call, rid: str, now: int, started: float, answer: str, refused: Refusal | None = None
) -> FailedCall:
    """Return a call as it is kept, its secrets masked."""
    return FailedCall(
        rid=rid,
        create_time=now,
        millis=round((time.perf_counter() - started) * 1000),
        method=call.method,
        path=call.path[:200],
        query=mask_query(call.scope["query_string"].decode("latin-1"))[:2000],
        body=mask_body(call.body[:BODY_BYTES].decode("utf-8", "replace")),
        answer=answer,
        errcode=int(refused.errcode) if refused else 0,
        cause=refused.cause if refused else "",
        facts=msgspec.json.encode(refused.facts if refused else {}).decode(),
        client_ip=call.client_ip,
    )


def submit(call: Call, appid: str, kept: FailedCall) -> None:
    """Hand a call to those that are written in a moment."""
    try:
        call.platform.hot.calls.submit(appid, "", kept)
    except Refusal:
        log.warning("call not kept, too many are waiting", rid=kept.rid)
