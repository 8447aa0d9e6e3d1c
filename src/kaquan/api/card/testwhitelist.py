"""``/card/testwhitelist/*``: who may claim cards under review (spec: cards.md 12, distribution.md 8)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.set_whitelist import set_whitelist
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.openid import check_openid

MOST = 10


class WhitelistSet(msgspec.Struct):
    """Body of ``set``; every call replaces the whole list."""

    openid: list[str] = []
    username: list[str] = []


@endpoint("/card/testwhitelist/set", reads=WhitelistSet)
async def set_(call: Call, request: WhitelistSet) -> dict[str, Any]:
    """Replace the testers, at most ten together."""
    openids, names = request.openid or [], request.username or []
    if len(openids) + len(names) > MOST:
        raise Errcode.TOO_MANY_OPENIDS("whitelist", size=len(openids) + len(names), limit=MOST)
    for openid in openids:
        check_openid(openid)
    return await call.commit(lambda tx: set_whitelist(tx, call.appid, openids, names), whitelisted)


def whitelisted(found: tuple[list[str], list[str]]) -> dict[str, Any]:
    """Return the answer of ``set``, in its live form: the testers who are known."""
    openids, names = found
    return ok(white_list_size=len(openids) + len(names), success_openid=openids, success_username=names)
