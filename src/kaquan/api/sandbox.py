"""``/sandbox/*``: the operator's and the consumer's hand, for apps that are there to be tried."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from kaquan.actions.accept_gift import accept_gift
from kaquan.actions.change_code import delete_code
from kaquan.actions.give_code import Give, give_code
from kaquan.actions.grant_code import grant_code
from kaquan.actions.manage_app import advance_clock, set_callback
from kaquan.actions.rehearse_fault import clear_faults as forget_faults
from kaquan.actions.rehearse_fault import list_faults, plan_fault
from kaquan.actions.return_gift import find_open_gift, take_back_gift
from kaquan.actions.review_card import review
from kaquan.actions.review_store import review_store
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card, load_own_card
from kaquan.api.encode import ok
from kaquan.api.gifts import (
    PERSON,
    TAP,
    GiftBody,
    GiveBody,
    bring_back,
    check_gift,
    check_tap,
    new_gift_id,
    sources_of,
)
from kaquan.api.route import ROUTES, SANDBOX, endpoint
from kaquan.errors import Errcode
from kaquan.errors.nearest import nearest
from kaquan.rules import gift as gift_rule
from kaquan.rules.callback import FORMATS, MODES, SECRETS_ORDER, check_secrets
from kaquan.rules.code import ISSUED, states
from kaquan.rules.encrypt_code import NONCE_BYTES
from kaquan.rules.encrypt_code import encrypt_code as encrypt
from kaquan.rules.fault import MOST_CALLS, MOST_SECONDS, Fault, chosen
from kaquan.rules.fields import Between, CardId, Code, Id, MaxBytes, OneOf, Openid, member, shown
from kaquan.rules.oauth import BASE, CODE_LENGTH, SCOPES
from kaquan.rules.openid import check_openid
from kaquan.rules.store_content import PoiId
from kaquan.sources import LETTERS_AND_DIGITS, random_text
from kaquan.store.apps import FRESH_SECONDS, App
from kaquan.store.tx import Tx

REASON = "refused in the sandbox"
# A clock that ran past 2038 could not be shown in seconds of the wire any more.
LAST_SECOND = 2**31 - 1
# They have no account's token, but know the app once its secret, or a person's token, was right.
SIGN_INS = {
    "/cgi-bin/token",
    "/cgi-bin/stable_token",
    "/sns/auth",
    "/sns/oauth2/access_token",
    "/sns/oauth2/refresh_token",
    "/sns/userinfo",
}
UNDER_REVIEW = "40078 not_in_review"
STORE_REVIEW = ("65115 unknown | 65116 deleted", "65118 not_in_review")


class Review(msgspec.Struct):
    """Body of ``approve`` and ``refuse``."""

    card_id: CardId
    reason: Annotated[str, MaxBytes(1024)] = ""


class StoreReview(msgspec.Struct):
    """Body of ``approve_store`` and ``refuse_store``."""

    poi_id: PoiId
    reason: Annotated[str, MaxBytes(1024)] = ""


class OfCode(msgspec.Struct):
    """A person's code."""

    openid: Openid
    card_id: CardId
    code: Code


class EncryptCode(msgspec.Struct):
    """Body of ``encrypt_code``."""

    card_id: CardId
    code: Code


class OauthCode(msgspec.Struct):
    """Body of ``oauth_code``: who comes back from the consent page."""

    openid: Openid
    scope: Annotated[str, OneOf(SCOPES, Errcode.INVALID_ARGS, "scope")] = BASE


class Clock(msgspec.Struct):
    """Body of ``clock``: seconds to move ahead."""

    advance: Id = 0


class Callback(msgspec.Struct):
    """Body of ``callback``."""

    url: str
    token: str
    aes_key: str = ""
    mode: Annotated[str, OneOf(MODES, Errcode.INVALID_ARGS, "callback_mode")] = "plain"
    format: Annotated[str, OneOf(FORMATS, Errcode.INVALID_ARGS, "callback_format")] = "xml"


class PlanFault(msgspec.Struct):
    """Body of ``fault``: one of ``errcode``, ``hang`` in seconds and ``drop``; ``nth`` is counted from 1."""

    path: str
    nth: Annotated[int, Between(1, MOST_CALLS, Errcode.INVALID_ARGS)] = 1
    times: Annotated[int, Between(1, MOST_CALLS, Errcode.INVALID_ARGS)] = 1
    errcode: int | None = None
    hang: Annotated[int | None, Between(1, MOST_SECONDS, Errcode.INVALID_ARGS)] = None
    drop: bool = False
    after: bool = False


class ListFaults(msgspec.Struct):
    """Body of ``faults``: nothing."""


class ClearFaults(msgspec.Struct):
    """Body of ``faults/clear``: one of them, or all."""

    fault_id: Id = 0


@endpoint("/sandbox/approve", reads=Review, refuses=(UNDER_REVIEW,))
async def approve(call: Call, request: Review) -> dict[str, Any]:
    """Approve a card as the operator would."""
    return await decide(call, request.card_id, None)


@endpoint("/sandbox/refuse", reads=Review, refuses=(UNDER_REVIEW,))
async def refuse(call: Call, request: Review) -> dict[str, Any]:
    """Refuse a card as the operator would."""
    return await decide(call, request.card_id, request.reason or REASON)


async def decide(call: Call, card_id: str, reason: str | None) -> dict[str, Any]:
    """Review a card of the caller's own."""
    record = call.platform.record()
    return await change_card(call, card_id, lambda tx: review(tx, call.app, card_id, reason, call.now, record))


@endpoint("/sandbox/approve_store", reads=StoreReview, refuses=STORE_REVIEW)
async def approve_store(call: Call, request: StoreReview) -> dict[str, Any]:
    """Approve a store, or its change, as the operator would."""
    return await decide_store(call, request.poi_id, None)


@endpoint("/sandbox/refuse_store", reads=StoreReview, refuses=STORE_REVIEW)
async def refuse_store(call: Call, request: StoreReview) -> dict[str, Any]:
    """Refuse a store, or its change, as the operator would."""
    return await decide_store(call, request.poi_id, request.reason or REASON)


async def decide_store(call: Call, poi_id: int, reason: str | None) -> dict[str, Any]:
    """Review a store of the caller's own."""
    record = call.platform.record()
    return await call.commit(lambda tx: review_store(tx, call.app, poi_id, reason, call.now, record), lambda _: ok())


@endpoint("/sandbox/delete", reads=OfCode, refuses=(ISSUED, "40056 other_holder", states("delete")))
async def delete(call: Call, request: OfCode) -> dict[str, Any]:
    """Delete a code from a person's wallet as the person would."""
    await load_own_card(call, request.card_id)
    record = call.platform.record()
    return await change_card(
        call,
        request.card_id,
        lambda tx: delete_code(tx, call.appid, request.openid, request.code, request.card_id, call.now, record),
    )


@endpoint("/sandbox/gift", reads=GiveBody, checks=check_gift, refuses=(*PERSON, *gift_rule.GIVING))
async def gift(call: Call, request: GiveBody) -> dict[str, Any]:
    """Give a code away as the person would."""
    name, to = new_gift_id(call.appid), request.to or ""
    give = Give(name, request.openid, request.card_id, request.code, to, not to, request.greeting or "")
    record = call.platform.record()
    return await change_card(
        call,
        request.card_id,
        lambda tx: give_code(tx, call.appid, give, call.now, record),
        lambda _: ok(gift_id=name),
    )


async def gift_of(call: Call, request: GiftBody) -> Callable[[Tx], str]:
    """Return what gives the name of the gift that is meant."""
    if not request.gift_id:
        await load_own_card(call, request.card_id)
    return lambda tx: request.gift_id or find_open_gift(tx, call.appid, request.card_id, request.code)


@endpoint(
    "/sandbox/accept",
    reads=GiftBody,
    checks=check_tap,
    refuses=(*TAP, gift_rule.UNKNOWN, *(step for _, step in gift_rule.ACCEPTING)),
)
async def accept(call: Call, request: GiftBody) -> dict[str, Any]:
    """Accept a gift as the person would, and return the code."""
    name = await gift_of(call, request)
    facts = (request.openid, sources_of(call.app), call.now, call.platform.record())
    return await call.commit(lambda tx: accept_gift(tx, call.appid, name(tx), *facts), lambda code: ok(code=code))


@endpoint(
    "/sandbox/take_back",
    reads=GiftBody,
    checks=check_tap,
    refuses=(*TAP, gift_rule.UNKNOWN, *gift_rule.TAKING_BACK),
)
async def take_back(call: Call, request: GiftBody) -> dict[str, Any]:
    """Take a gift back as its giver would; one that is back already is no fault."""
    name = await gift_of(call, request)
    facts = (request.openid, call.now, call.platform.record())
    return await call.commit(lambda tx: take_back_gift(tx, call.appid, name(tx), *facts), lambda _: ok())


@endpoint("/sandbox/clock", reads=Clock, refuses=("40097 clock",))
async def clock(call: Call, request: Clock) -> dict[str, Any]:
    """Move the app's clock ahead, and return its time."""
    if request.advance < 0 or call.now + request.advance > LAST_SECOND:
        facts = {"path": "advance", "got": request.advance, "expected": f"0 to {LAST_SECOND - call.now}"}
        raise Errcode.INVALID_ARGS("clock", **facts)
    if request.advance:
        await call.write(lambda tx: advance_clock(tx, call.appid, request.advance))
        await call.platform.apps.reload(call.appid)
        await bring_back(call.platform, call.appid, call.now + request.advance)
    return ok(now=call.now + request.advance)


@endpoint("/sandbox/encrypt_code", reads=EncryptCode, own_card=False)
async def encrypt_code(call: Call, request: EncryptCode) -> dict[str, Any]:
    """Return the code as pages and links carry it."""
    key = call.platform.keys.encrypt_code_key(call.appid)
    return ok(encrypt_code=encrypt(key, request.code, secrets.token_bytes(NONCE_BYTES)))


def check_oauth(request: OauthCode, app: App, now: int) -> None:
    """Check the form of the openid."""
    check_openid(request.openid)


@endpoint("/sandbox/oauth_code", reads=OauthCode, checks=check_oauth, refuses=("40003 malformed", "40003 stranger"))
async def oauth_code(call: Call, request: OauthCode) -> dict[str, Any]:
    """Return a code as the consent page would bring it, without a browser."""
    code, record = random_text(CODE_LENGTH, LETTERS_AND_DIGITS), call.platform.record()
    scope = request.scope or BASE
    return await call.commit(
        lambda tx: grant_code(tx, call.app, request.openid, scope, code, call.now, record), lambda made: ok(code=made)
    )


def check_callback(request: Callback, app: App, now: int) -> None:
    """Check what signs and encrypts the pushes."""
    check_secrets(request.token, request.aes_key, request.mode)


@endpoint(
    "/sandbox/callback",
    reads=Callback,
    checks=check_callback,
    refuses=(*SECRETS_ORDER, "40066 callback_no_answer callback_status callback_echo"),
)
async def callback(call: Call, request: Callback) -> dict[str, Any]:
    """Set where events are pushed, after the address has echoed what it was sent."""
    await call.platform.delivery.check(request.url, request.token)
    values = (request.url, request.token, request.aes_key, request.mode, request.format)
    await call.write(lambda tx: set_callback(tx, call.platform.keys, call.appid, *values))
    await call.platform.apps.reload(call.appid)
    return ok()


def check_plan(request: PlanFault, app: App, now: int) -> None:
    """Check which calls are to go wrong, and how."""
    check_path(request.path)
    chosen(request.errcode, request.hang, request.drop)


@endpoint(
    "/sandbox/fault",
    reads=PlanFault,
    checks=check_plan,
    refuses=("40097 fault_path", "40097 fault_errcode", "40097 fault_kind", "40097 fault_count"),
)
async def fault(call: Call, request: PlanFault) -> dict[str, Any]:
    """Plan a fault; the answer comes once every process knows of it, so that the next call is the first counted."""
    kind, value = chosen(request.errcode, request.hang, request.drop)
    one = Fault(call.platform.ids(), request.path, kind, value, request.nth, request.times, request.after)
    answer = await call.commit(lambda tx: plan_fault(tx, call.appid, one), lambda made: ok(fault_id=str(made)))
    await call.platform.apps.reload(call.appid)
    await asyncio.sleep(FRESH_SECONDS)
    return answer


def check_path(path: str) -> None:
    """Go on only if faults of this path can be rehearsed.

    Raises:
        Refusal: 40097, with the nearest one.
    """
    known = {one.path for one in ROUTES.values() if one.token and one.needs != SANDBOX} | SIGN_INS
    if path not in known:
        near = nearest(path, known)
        repair = {"repair": member("path", near)} if near else {}
        raise Errcode.INVALID_ARGS("fault_path", path="path", got=shown(path), did_you_mean=near, **repair)


@endpoint("/sandbox/faults", reads=ListFaults)
async def faults(call: Call, request: ListFaults) -> dict[str, Any]:
    """Return the planned faults with how many calls each has seen, those that are over too; the oldest first."""
    rows = await call.read(lambda tx: list_faults(tx, call.appid))
    return ok(faults=[shown_fault(row) for row in rows])


def shown_fault(row: dict[str, Any]) -> dict[str, Any]:
    """Return a fault as its plan was sent, with its id and the calls it has seen."""
    what = {row["kind"]: row["value"] if row["kind"] != "drop" else True}
    when = {name: row[name] for name in ("nth", "times")}
    return {
        "fault_id": str(row["id"]),
        "path": row["path"],
        **what,
        **when,
        "after": row["after_call"],
        "seen": row["seen"],
    }


@endpoint("/sandbox/faults/clear", reads=ClearFaults, refuses=("40097 fault_id",))
async def clear_faults(call: Call, request: ClearFaults) -> dict[str, Any]:
    """Forget one planned fault, or all of them."""
    answer = await call.commit(
        lambda tx: forget_faults(tx, call.appid, request.fault_id), lambda cleared: ok(cleared=cleared)
    )
    await call.platform.apps.reload(call.appid)
    return answer
