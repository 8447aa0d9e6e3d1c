"""``/card/testwhitelist/*``: who may claim cards under review (spec: cards.md 12, distribution.md 8)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.set_whitelist import set_whitelist
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.openid import check_openid, is_of_account
from kaquan.store.apps import App

MOST = 10


class WhitelistSet(msgspec.Struct):
    """Body of ``set``; every call replaces the whole list."""

    openid: list[str] = []
    username: list[str] = []


def check_testers(request: WhitelistSet, app: App, now: int) -> None:
    """Check how many testers there are, and their openids."""
    size = len(request.openid or []) + len(request.username or [])
    if size > MOST:
        raise Errcode.TOO_MANY_OPENIDS("whitelist", size=size, limit=MOST)
    for openid in request.openid or []:
        check_openid(openid)


@endpoint(
    "/card/testwhitelist/set",
    reads=WhitelistSet,
    checks=check_testers,
    refuses=("45019 whitelist", "40003 malformed"),
)
async def set_(call: Call, request: WhitelistSet) -> dict[str, Any]:
    """Replace the testers, at most ten together; people of other accounts are left out."""
    openids = [openid for openid in request.openid or [] if is_of_account(openid, call.app.prefix)]
    names = request.username or []
    return await call.commit(lambda tx: set_whitelist(tx, call.appid, openids, names), whitelisted)


def whitelisted(found: tuple[list[str], list[str]]) -> dict[str, Any]:
    """Return the answer of ``set``, in its live form: the testers who are known."""
    openids, names = found
    return ok(white_list_size=len(openids) + len(names), success_openid=openids, success_username=names)
