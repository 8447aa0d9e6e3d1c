"""``/cgi-bin/user/*``: the people the account knows, as followers (spec: endpoints.csv, area user)."""

from __future__ import annotations

from typing import Any

from kaquan.actions.know_people import unionid_of
from kaquan.actions.list_people import list_people, load_people
from kaquan.api.call import Call
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.follower import follower
from kaquan.rules.openid import check_openid


@endpoint("/cgi-bin/user/info", "GET", refuses=("41009 missing", "40003 malformed", "40003 stranger"))
async def info_(call: Call) -> dict[str, Any]:
    """Return one person; no errcode, as in the original."""
    openid = call.query.get("openid", "")
    if not openid:
        raise Errcode.OPENID_MISSING("missing", path="openid", expected="text", got="nothing")
    check_openid(openid)
    (person,) = await call.read(lambda tx: load_people(tx, call.appid, [openid]))
    unionid = unionid_of(call.platform.keys, call.app, person.external_id)
    return follower(person.openid, person.create_time, call.query.get("lang", ""), unionid)


@endpoint("/cgi-bin/user/get", "GET", refuses=("40003 malformed",))
async def get(call: Call) -> dict[str, Any]:
    """Return the openids behind ``next_openid``, at most 10,000; no errcode, as in the original."""
    after = call.query.get("next_openid", "")
    if after:
        check_openid(after)
    openids, total = await call.read(lambda tx: list_people(tx, call.appid, after))
    data = {"data": {"openid": openids}} if openids else {}
    return {"total": total, "count": len(openids), **data, "next_openid": openids[-1] if openids else ""}
