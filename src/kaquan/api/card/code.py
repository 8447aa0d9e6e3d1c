"""``/card/code/*``: issued codes (spec: codes.md 2-6)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.change_code import void_code
from kaquan.actions.consume_code import Consume
from kaquan.actions.find_code import Find
from kaquan.actions.load_card import has_card
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card, sharper
from kaquan.api.encode import Ok, ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode, Refusal
from kaquan.rules import code as rule
from kaquan.rules.encrypt_code import decrypt_code
from kaquan.rules.fields import Code
from kaquan.store.batch import outcome


class CodeGet(msgspec.Struct):
    """Body of ``get``."""

    code: Code
    card_id: str | None = None
    check_consume: bool = True


class CodeConsume(msgspec.Struct):
    """Body of ``consume``."""

    code: Code
    card_id: str | None = None
    outer_str: str = ""


class CodeDecrypt(msgspec.Struct):
    """Body of ``decrypt``."""

    encrypt_code: str


class CodeUnavailable(msgspec.Struct):
    """Body of ``unavailable``."""

    code: Code
    card_id: str | None = None
    reason: str = ""


class CodeCard(msgspec.Struct):
    """The validity of a code, UTC seconds."""

    card_id: str
    begin_time: int
    end_time: int
    code: str


class CodeAnswer(Ok, kw_only=True):
    """Answer of ``get``, in the key order of the original."""

    card: CodeCard
    openid: str
    can_consume: bool
    user_card_status: str
    outer_str: str | msgspec.UnsetType = msgspec.UNSET


class CardOnly(msgspec.Struct):
    """The card of a consumed code."""

    card_id: str


class ConsumeAnswer(Ok, kw_only=True):
    """Answer of ``consume``."""

    card: CardOnly
    openid: str


@endpoint("/card/code/get", reads=CodeGet)
async def get(call: Call, request: CodeGet) -> CodeAnswer:
    """Return the state of a code; with check_consume an abnormal state is an error."""
    found = await _find(call, Find(request.code, request.card_id or None))
    now = call.now
    refused = rule.refusal("get" if request.check_consume else "get_unchecked", found, now)
    if refused is not None:
        raise refused
    standing = rule.state(found, now)
    return CodeAnswer(
        card=CodeCard(found.card_id, found.begin_time, found.end_time, found.code),
        openid=found.openid,
        can_consume=standing in rule.USABLE,
        user_card_status=rule.NORMAL if standing == rule.NOT_BEGUN else standing,
        outer_str=found.outer_str or msgspec.UNSET,
    )


@endpoint("/card/code/consume", reads=CodeConsume)
async def consume(call: Call, request: CodeConsume) -> Any:
    """Redeem a code, once."""
    card_id = request.card_id or None
    command = Consume(request.code, call.now, card_id, request.outer_str or "", once=call.once(consumed))
    try:
        return await call.settle(call.platform.hot.consumes, card_id or "", command, consumed)
    except Refusal as refused:
        raise await _card_first(call, refused, card_id) from None


def consumed(code: rule.Code) -> ConsumeAnswer:
    """Return the answer of ``consume``."""
    return ConsumeAnswer(card=CardOnly(code.card_id), openid=code.openid)


@endpoint("/card/code/decrypt", reads=CodeDecrypt)
async def decrypt(call: Call, request: CodeDecrypt) -> dict[str, Any]:
    """Return the code behind an encrypt_code of this account."""
    return ok(code=decrypt_code(call.platform.keys.encrypt_code_key(call.appid), request.encrypt_code))


@endpoint("/card/code/unavailable", "POST", "GET", reads=CodeUnavailable)
async def unavailable(call: Call, request: CodeUnavailable) -> dict[str, Any]:
    """Make a code void for good."""
    record = call.platform.record()
    card_id = request.card_id or None
    reason = request.reason or ""
    try:
        return await change_card(
            call,
            card_id or "",
            lambda tx: void_code(tx, call.appid, request.code, card_id, reason, call.now, record),
        )
    except Refusal as refused:
        raise await _card_first(call, refused, card_id) from None


async def _find(call: Call, find: Find) -> rule.Code:
    try:
        found: rule.Code = outcome(await call.platform.hot.finds.submit(call.appid, find.card_id or "", find))
    except Refusal as refused:
        raise await _card_first(call, refused, find.card_id) from None
    return found


async def _card_first(call: Call, refused: Refusal, card_id: str | None) -> Refusal:
    """Return the refusal of the card where there is none such, since it comes before the code's."""
    if refused.errcode != Errcode.INVALID_SERIAL_CODE or not card_id:
        return refused
    if await call.read(lambda tx: has_card(tx, call.appid, card_id)):
        return refused
    return await sharper(call, Errcode.INVALID_CARD_ID("unknown", card_id=card_id), card_id)
