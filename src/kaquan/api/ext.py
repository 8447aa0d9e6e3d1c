"""``/ext/*``: what the original's app does for its users, as calls of the company's own servers."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.claim_card import Claimed
from kaquan.actions.know_people import know_people, openid_of
from kaquan.actions.list_messages import list_messages
from kaquan.api import scan
from kaquan.api.call import Call
from kaquan.api.card.owner import sharper
from kaquan.api.encode import Ok, ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode, Refusal
from kaquan.rules.card_ext import parse_card_ext
from kaquan.rules.claim import Claim
from kaquan.rules.fields import CardId, Id, MaxBytes, Openid
from kaquan.rules.openid import check_account, check_openid

MOST_IDS = 1000
MESSAGES = 50


class UserRequest(msgspec.Struct):
    """Body of ``user``: the company's own user ids."""

    external_ids: list[Annotated[str, MaxBytes(128)]]


class ClaimRequest(msgspec.Struct):
    """Body of ``claim``: what a visitor of the claim page brings."""

    card_id: CardId
    openid: Openid
    code: str = ""
    outer_str: Annotated[str, MaxBytes(128)] = ""
    card_ext: Any = None
    ticket: str = ""


class MessagesRequest(msgspec.Struct):
    """Body of ``messages``; ``before`` is the last id of the page before."""

    openid: Openid
    before: Id = 0
    count: int = 0


class ClaimAnswer(Ok, kw_only=True):
    """The claimed code and its validity, UTC seconds."""

    code: str
    begin_time: int
    end_time: int


@endpoint("/ext/user", reads=UserRequest)
async def user(call: Call, request: UserRequest) -> dict[str, Any]:
    """Return the openid of each of the company's user ids; the same id always has the same one."""
    ids = list(dict.fromkeys(request.external_ids))
    if len(request.external_ids) > MOST_IDS:
        raise Errcode.TOO_MANY_OPENIDS("external_ids", size=len(request.external_ids), limit=MOST_IDS)
    if "" in ids:
        raise Errcode.OPENID_MISSING("empty_external_id", path=f"external_ids[{request.external_ids.index('')}]")
    openids = {one: openid_of(call.platform.keys, call.app, one) for one in ids}
    users = [{"external_id": one, "openid": openids[one]} for one in request.external_ids]
    return await call.commit(lambda tx: know_people(tx, call.app, openids, call.now), lambda _: ok(users=users))


@endpoint("/ext/claim", reads=ClaimRequest)
async def claim(call: Call, request: ClaimRequest) -> Any:
    """Claim a card for a person, with the checks of the claim page."""
    check_openid(request.openid)
    check_account(request.openid, call.app.prefix)
    platform = call.platform
    one = Claim(request.card_id, request.openid, call.now, request.code or "", request.outer_str or "")
    if request.card_ext is not None:
        one.card_ext = parse_card_ext(request.card_ext)
        one.outer_str = one.outer_str or one.card_ext.get("outer_str", "")
        one.tickets = platform.tokens.tickets(call.app, "wx_card", call.now)
    if request.ticket:
        one.scan_id = scan.scan_id_of_ticket(platform.keys, request.ticket)
    one.once = call.once(claimed)
    try:
        return await call.settle(platform.hot.claims, request.card_id, one, claimed)
    except Refusal as refused:
        raise await sharper(call, refused, request.card_id) from None


def claimed(code: Claimed) -> ClaimAnswer:
    """Return the answer of ``claim``."""
    return ClaimAnswer(code=code.code, begin_time=code.begin_time, end_time=code.end_time)


@endpoint("/ext/messages", reads=MessagesRequest)
async def messages(call: Call, request: MessagesRequest) -> dict[str, Any]:
    """Return the messages a person got, the newest first, at most 50 at once."""
    check_openid(request.openid)
    for name in ("before", "count"):
        if (getattr(request, name) or 0) < 0:
            raise Errcode.INVALID_ARGS("negative", path=name, got=getattr(request, name), expected="0 or more")
    count = min(request.count or MESSAGES, MESSAGES)
    found = await call.read(lambda tx: list_messages(tx, call.appid, request.openid, request.before or 0, count))
    return ok(messages=found)
