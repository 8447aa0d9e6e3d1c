"""``/ext/*``: what the original's app does for its users, as calls of the company's own servers."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.know_people import know_people, openid_of
from kaquan.actions.list_messages import list_messages
from kaquan.api import scan
from kaquan.api.call import Call
from kaquan.api.claiming import add_card_ext, claimed, make_claim
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.card_ext import STEP as CARD_EXT
from kaquan.rules.card_ext import parse_card_ext
from kaquan.rules.claim import CHECKS, Claim
from kaquan.rules.fields import CardId, Id, MaxBytes, Openid
from kaquan.rules.openid import check_account, check_openid
from kaquan.rules.paging import check_page
from kaquan.store.apps import App

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


def check_ids(request: UserRequest, app: App, now: int) -> None:
    """Check how many people are named, and that each is."""
    size = len(request.external_ids)
    if size > MOST_IDS:
        raise Errcode.TOO_MANY_OPENIDS("external_ids", size=size, limit=MOST_IDS)
    if "" in request.external_ids:
        raise Errcode.OPENID_MISSING("empty_external_id", path=f"external_ids[{request.external_ids.index('')}]")


def check_claim(request: ClaimRequest, app: App, now: int) -> None:
    """Check who claims, and the form of the card_ext."""
    check_openid(request.openid)
    check_account(request.openid, app.prefix)
    if request.card_ext is not None:
        parse_card_ext(request.card_ext)


def check_list(request: MessagesRequest, app: App, now: int) -> None:
    """Check whose messages are meant, and where the page begins."""
    check_openid(request.openid)
    check_page(before=request.before or 0, count=request.count or 0)


@endpoint("/ext/user", reads=UserRequest, checks=check_ids, refuses=("45019 external_ids", "41009 empty_external_id"))
async def user(call: Call, request: UserRequest) -> dict[str, Any]:
    """Return the openid of each of the company's user ids; the same id always has the same one."""
    ids = list(dict.fromkeys(request.external_ids))
    openids = {one: openid_of(call.platform.keys, call.app, one) for one in ids}
    return await call.commit(
        lambda tx: know_people(tx, call.app, openids, call.now),
        lambda known: ok(users=[{"external_id": one, "openid": known[one]} for one in request.external_ids]),
    )


@endpoint(
    "/ext/claim",
    reads=ClaimRequest,
    checks=check_claim,
    refuses=("40003 malformed", "40003 stranger", CARD_EXT, "40073 ticket_unknown", *(step for _, step in CHECKS)),
)
async def claim(call: Call, request: ClaimRequest) -> Any:
    """Claim a card for a person, with the checks of the claim page."""
    one = Claim(request.card_id, request.openid, call.now, request.code or "", request.outer_str or "")
    if request.card_ext is not None:
        add_card_ext(call, one, request.card_ext)
    if request.ticket:
        one.scan_id = scan.scan_id_of_ticket(call.platform.keys, request.ticket)
    one.once = call.once(claimed)
    return await make_claim(call, one, claimed)


@endpoint("/ext/messages", reads=MessagesRequest, checks=check_list, refuses=("40003 malformed", "40097 negative"))
async def messages(call: Call, request: MessagesRequest) -> dict[str, Any]:
    """Return the messages a person got, the newest first, at most 50 at once."""
    count = min(request.count or MESSAGES, MESSAGES)
    found = await call.read(lambda tx: list_messages(tx, call.appid, request.openid, request.before or 0, count))
    return ok(messages=found)
