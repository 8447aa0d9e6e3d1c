"""``/cgi-bin/user/info/*``: several people at once (spec: endpoints.csv, area user)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.know_people import unionid_of
from kaquan.actions.list_people import load_people
from kaquan.api.call import Call
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.fields import Openid
from kaquan.rules.follower import follower
from kaquan.rules.openid import check_openid
from kaquan.store.apps import App

MOST = 100


class Wanted(msgspec.Struct):
    """One person, and in which language places would be named."""

    openid: Openid
    lang: str = ""


class BatchGet(msgspec.Struct):
    """Body of ``batchget``."""

    user_list: list[Wanted]


def check_wanted(request: BatchGet, app: App, now: int) -> None:
    """Check how many people are asked for, and their openids."""
    size = len(request.user_list)
    if not 0 < size <= MOST:
        facts = {"path": "user_list", "expected": f"1 to {MOST}", "got": f"list of {size}"}
        raise Errcode.INVALID_OPENID_LIST_SIZE("batch_size", **facts, limit=MOST)
    for wanted in request.user_list:
        check_openid(wanted.openid)


@endpoint(
    "/cgi-bin/user/info/batchget",
    reads=BatchGet,
    checks=check_wanted,
    refuses=("40032 batch_size", "40003 malformed", "40003 stranger"),
)
async def batchget(call: Call, request: BatchGet) -> dict[str, Any]:
    """Return up to 100 people in the order of the request; no errcode, as in the original."""
    keys = call.platform.keys
    openids = [wanted.openid for wanted in request.user_list]
    people = await call.read(lambda tx: load_people(tx, call.appid, openids))
    told = [
        follower(one.openid, one.create_time, wanted.lang, unionid_of(keys, call.app, one.external_id))
        for one, wanted in zip(people, request.user_list, strict=True)
    ]
    return {"user_info_list": told}
