"""``/card/code/*``: issued codes, and those deposited to be issued (spec: codes.md 2-8)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.change_code import update_code, void_code
from kaquan.actions.consume_code import Consume
from kaquan.actions.deposit_codes import Deposited, deposit_codes, find_deposited
from kaquan.actions.find_code import Find
from kaquan.actions.load_card import has_card
from kaquan.api.call import Call
from kaquan.api.card import OfCard
from kaquan.api.card.owner import change_card, load_own_card, sharper
from kaquan.api.encode import Ok, ok
from kaquan.api.gifts import GIVEN_AWAY, given_to
from kaquan.api.route import endpoint
from kaquan.errors import Errcode, Refusal
from kaquan.rules import code as rule
from kaquan.rules.deposit import LIST_ORDER, check_different, check_list
from kaquan.rules.encrypt_code import decrypt_code
from kaquan.rules.fields import Alias, CardId, Code, MissingAs, NewCode, Openid
from kaquan.rules.openid import check_openid
from kaquan.sources import new_picks
from kaquan.store.apps import App
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


class CodeUpdate(msgspec.Struct):
    """Body of ``update``."""

    code: Code
    new_code: Annotated[NewCode, Alias("newcode")]
    card_id: str | None = None


class CodeMark(msgspec.Struct):
    """Body of ``mark``."""

    code: Code
    card_id: CardId
    openid: Openid
    is_mark: bool = True


class CodesOfCard(msgspec.Struct):
    """A request that names codes of a card."""

    card_id: CardId
    code: Annotated[list[str], MissingAs(Errcode.CODE_MISSING)]


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


@endpoint("/card/code/get", reads=CodeGet, refuses=(rule.FOUND, rule.states("get")))
async def get(call: Call, request: CodeGet) -> CodeAnswer:
    """Return the state of a code; with check_consume an abnormal state is an error."""
    found = await _find(call, Find(request.code, request.card_id or None))
    now = call.now
    refused = rule.refusal("get" if request.check_consume else "get_unchecked", found, now)
    if refused is not None:
        raise await given_to(call, refused)
    standing = rule.state(found, now)
    return CodeAnswer(
        card=CodeCard(found.card_id, found.begin_time, found.end_time, found.code),
        openid=found.openid,
        can_consume=standing in rule.USABLE,
        user_card_status=rule.NORMAL if standing == rule.NOT_BEGUN else standing,
        outer_str=found.outer_str or msgspec.UNSET,
    )


@endpoint(
    "/card/code/consume",
    reads=CodeConsume,
    refuses=(rule.FOUND, "40071 member_card_consumed", rule.states("consume"), "72020 use_limit"),
)
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


@endpoint("/card/code/decrypt", reads=CodeDecrypt, refuses=("40075 not_base64 not_ours",))
async def decrypt(call: Call, request: CodeDecrypt) -> dict[str, Any]:
    """Return the code behind an encrypt_code of this account."""
    return ok(code=decrypt_code(call.platform.keys.encrypt_code_key(call.appid), request.encrypt_code))


@endpoint(
    "/card/code/unavailable",
    "POST",
    "GET",
    reads=CodeUnavailable,
    refuses=(rule.FOUND, rule.states("unavailable")),
)
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


def check_new_code(request: CodeUpdate, app: App, now: int) -> None:
    """Check that the new code can be shown."""
    if not rule.presentable(request.new_code):
        raise Errcode.INVALID_CODE("characters", path="new_code", code=request.new_code)


@endpoint(
    "/card/code/update",
    reads=CodeUpdate,
    checks=check_new_code,
    refuses=("40116 characters", rule.FOUND, "40150 platform_code", rule.states("update"), "40116 deposited taken"),
)
async def update(call: Call, request: CodeUpdate) -> dict[str, Any]:
    """Give a custom code another text; the old one means nothing any more."""
    record = call.platform.record()
    card_id, new_code = request.card_id or None, request.new_code
    return await change_card(
        call,
        card_id or "",
        lambda tx: update_code(tx, call.appid, request.code, card_id, new_code, call.now, record),
    )


def check_holder(request: CodeMark, app: App, now: int) -> None:
    """Check whom the code is to be held for."""
    check_openid(request.openid)


@endpoint(
    "/card/code/mark",
    reads=CodeMark,
    checks=check_holder,
    refuses=("40003 malformed", rule.ISSUED, "40148 retired"),
)
async def mark(call: Call, request: CodeMark) -> dict[str, Any]:
    """Refuse to hold a code for somebody: only friends' coupons were held, and no card is one any more."""
    found = await _find(call, Find(request.code, request.card_id))
    raise Errcode.INVALID_FRIENDS_CARD("retired", code=found.code, card_id=found.card_id)


def check_codes(request: CodesOfCard, app: App, now: int) -> None:
    """Check how many codes there are."""
    check_list(request.code)


def check_deposit(request: CodesOfCard, app: App, now: int) -> None:
    """Check codes that are to be kept."""
    check_list(request.code)
    check_different(request.code)


@endpoint(
    "/card/code/deposit",
    reads=CodesOfCard,
    checks=check_deposit,
    refuses=(*LIST_ORDER, "40111 repeated", "40078 deleted", "40150 not_deposit_mode"),
)
async def deposit(call: Call, request: CodesOfCard) -> dict[str, Any]:
    """Keep codes for the claims of a card, at most 100; one that was deposited before is no error."""
    record, picks = call.platform.record(), new_picks(len(request.code))
    return await change_card(
        call,
        request.card_id,
        lambda tx: deposit_codes(tx, call.appid, request.card_id, request.code, picks, call.now, record),
        deposited,
    )


def deposited(done: Deposited) -> dict[str, Any]:
    """Return the answer of ``deposit``."""
    return ok(succ_code=done.new, duplicate_code=done.known, fail_code=done.bad)


@endpoint("/card/code/getdepositcount", reads=OfCard)
async def getdepositcount(call: Call, request: OfCard) -> dict[str, Any]:
    """Return how many codes were ever deposited for a card, claimed ones included."""
    row = await load_own_card(call, request.card_id)
    return ok(count=row.deposited)


@endpoint(
    "/card/code/checkcode",
    reads=CodesOfCard,
    checks=check_codes,
    refuses=(*LIST_ORDER, "40150 not_deposit_mode"),
)
async def checkcode(call: Call, request: CodesOfCard) -> dict[str, Any]:
    """Tell which codes were deposited for a card, claimed ones included."""
    row = await load_own_card(call, request.card_id)
    if not row.deposit:
        raise Errcode.INVALID_CARD_PARAMETERS("not_deposit_mode", card_id=request.card_id)
    known = await call.read(lambda tx: find_deposited(tx, call.appid, request.card_id, request.code))
    missing = [code for code in request.code if code not in known]
    return ok(exist_code=[code for code in request.code if code in known], not_exist_code=missing)


async def _find(call: Call, find: Find) -> rule.Code:
    try:
        found: rule.Code = outcome(await call.platform.hot.finds.submit(call.appid, find.card_id or "", find))
    except Refusal as refused:
        raise await _card_first(call, refused, find.card_id) from None
    return found


async def _card_first(call: Call, refused: Refusal, card_id: str | None) -> Refusal:
    """Return the refusal of the card where there is none such, since it comes before the code's."""
    if refused.cause == GIVEN_AWAY:
        return await given_to(call, refused)
    if refused.errcode != Errcode.INVALID_SERIAL_CODE or not card_id:
        return refused
    if await call.read(lambda tx: has_card(tx, call.appid, card_id)):
        return refused
    return await sharper(call, Errcode.INVALID_CARD_ID("unknown", card_id=card_id), card_id)
