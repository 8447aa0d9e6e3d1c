"""The till: scan or type a code, see whether it may be used, and redeem it once."""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from kaquan.actions.consume_code import Consume
from kaquan.actions.keep_answer import find_answer
from kaquan.actions.list_holdings import face_of
from kaquan.actions.list_till import REDEEMED, till_stores
from kaquan.actions.trace_code import find_kept
from kaquan.errors import Errcode, Refusal
from kaquan.rules.code_search import typed as cleaned
from kaquan.rules.code_trace import Kept
from kaquan.rules.idempotency import Once, Said, digest
from kaquan.rules.money import yuan_of
from kaquan.sources import random_text
from kaquan.store.batch import outcome
from kaquan.till.offer import Offer, is_unsure, offer_of, refused_words
from kaquan.web.desk import Desk, desk
from kaquan.web.remark import Typed, typed_of

KEY = re.compile(r"[A-Za-z0-9_-]{22}")
KEY_LENGTH = 22
STORE_SECONDS = 400 * 86400
# The camera is for this page alone.
CAMERA = "camera=(self), microphone=(), geolocation=()"


class Receipt(msgspec.Struct, frozen=True):
    """What a till redeemed, kept as the answer to its key.

    Args:
        code, card_id, title: what.
        at: when, the app's UTC seconds.
        store: where, empty for none.
        yuan: the amount that was typed, empty for none.
    """

    code: str
    card_id: str
    title: str
    at: int
    store: str
    yuan: str


@desk("/till/{appid}", "GET", "POST", sees="till.use", tells_suspension=True)
async def counter(visit: Desk) -> Response:
    """Show the scanner, or the code that was scanned; redeem it."""
    sent = visit.form if visit.request.method == "POST" else visit.query
    code, card_id = cleaned(sent.get("code", "")), sent.get("card_id", "")
    if not code:
        return await show(visit)
    found = await find(visit, code, card_id)
    if len(found) != 1:
        return await show(visit, code=code, several=found)
    if visit.request.method == "GET":
        return await show(visit, code=code, kept=found[0])
    return await press(visit, found[0])


async def find(visit: Desk, code: str, card_id: str) -> list[Kept]:
    """Return the codes that a text means; digits may have been typed in groups."""
    appid, joined = visit.app.appid, re.sub(r"\s", "", code)
    found = await visit.read(lambda tx: find_kept(tx, appid, code, card_id))
    if found or joined == code:
        return found
    return await visit.read(lambda tx: find_kept(tx, appid, joined, card_id))


async def press(visit: Desk, kept: Kept) -> Response:
    """Redeem a code; the same press again, by its key, has the same answer and no second effect."""
    key = visit.form.get("key", "")
    key = key if KEY.fullmatch(key) else random_text(KEY_LENGTH)
    offer = await offer_of(visit, kept)
    typed = typed_of(visit.form, offer.verify_code, offer.amount)
    if typed.fault:
        return await show(visit, code=kept.code.code, kept=kept, key=key, typed=typed, fault=visit.text(typed.fault))
    try:
        await redeem(visit, kept, offer, key, typed)
    except Refusal as refused:
        return await refuse(visit, kept, key, typed, refused)
    asked = {"key": key, "code": kept.code.code, "card_id": kept.code.card_id}
    return visit.go(f"/till/{visit.app.appid}/receipt?{urlencode(asked)}")


async def refuse(visit: Desk, kept: Kept, key: str, typed: Typed, refused: Refusal) -> Response:
    """Show why a press redeemed nothing; where that is not sure, it has to be sent again."""
    rid, fault = visit.refused(refused).rid, refused_words(visit.text, refused)
    # As it is now: somebody else may have been quicker.
    fresh = (await find(visit, kept.code.code, kept.code.card_id) or [kept])[0]
    page = await show(visit, code=kept.code.code, kept=fresh, key=key, typed=typed, fault=fault, rid=rid)
    page.status_code = 503 if is_unsure(refused) else 200
    return page


async def redeem(visit: Desk, kept: Kept, offer: Offer, key: str, typed: Typed) -> None:
    """Redeem a code through the hot command, and put it on record unless it was this key's before.

    Raises:
        Refusal: as ``/card/code/consume``; 48004 the account is suspended.
    """
    if visit.app.suspended:
        raise Errcode.API_FORBIDDEN("suspended", appid=visit.app.appid)
    code, card_id, now = kept.code.code, kept.code.card_id, visit.now
    poi_id, store = await chosen_store(visit)
    receipt = Receipt(code, card_id, offer.title, now, store, yuan_of(typed.fen) if typed.fen else "")
    command = Consume(
        code,
        now,
        card_id,
        source="FROM_MOBILE_HELPER",
        verify_code=typed.verify_code,
        remark_amount=typed.remark_amount,
        staff_openid=await visit.openid(),
        location_id=poi_id,
        location_name=store,
        once=once(visit, key, receipt),
    )
    done: Any = outcome(await visit.platform.hot.consumes.submit(visit.app.appid, card_id, command))
    visit.platform.wake(visit.app)
    visit.keep_cookie(store_cookie(visit), str(poi_id), STORE_SECONDS)
    if not isinstance(done, Said):
        facts = {"card_id": card_id, "title": offer.title, "store": store, "yuan": receipt.yuan}
        await visit.note(REDEEMED, code, **facts)


def once(visit: Desk, key: str, receipt: Receipt) -> Once:
    """Return the key of a press, which is the visitor's own, with the answer that it stands for."""
    bound = digest(f"/till/{visit.app.appid}", f"{receipt.card_id}\n{receipt.code}".encode())
    name = f"till/{visit.require_person().id}/{key}"
    return Once(name, bound, receipt.at, partial(told, msgspec.json.encode(receipt).decode()))


def told(receipt: str, _: Any) -> str:
    """Return the receipt, whatever else the consumption returned."""
    return receipt


def store_cookie(visit: Desk) -> str:
    """Return the name of the cookie by which a device remembers its store."""
    return f"kaquan_store_{visit.app.appid}"


async def chosen_store(visit: Desk) -> tuple[int, str]:
    """Return id and name of the store that was chosen, or that the device remembers; 0 and nothing for none."""
    stores = await visit.read(lambda tx: till_stores(tx, visit.app.appid))
    text = visit.form.get("poi_id", "") or visit.request.cookies.get(store_cookie(visit), "")
    poi_id = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return (poi_id, stores[poi_id]) if poi_id in stores else (0, "")


@desk("/till/{appid}/receipt", sees="till.use")
async def receipt(visit: Desk) -> Response:
    """Show what a press redeemed; where that is not known any more, the code as it is."""
    asked = visit.query
    key, code, card_id = asked.get("key", ""), asked.get("code", ""), asked.get("card_id", "")
    wanted = once(visit, key, Receipt(code, card_id, "", visit.now, "", ""))
    row = await visit.read(lambda tx: find_answer(tx, visit.app.appid, wanted))
    if row is None or row.digest != wanted.digest:
        return visit.go(f"/till/{visit.app.appid}?{urlencode({'code': code, 'card_id': card_id})}")
    return with_camera(
        visit.show("till/receipt.html", receipt=msgspec.json.decode(row.answer, type=Receipt), key=key, code=code)
    )


async def show(
    visit: Desk,
    code: str = "",
    kept: Kept | None = None,
    several: list[Kept] | None = None,
    key: str = "",
    typed: Typed | None = None,
    fault: str = "",
    rid: str = "",
) -> Response:
    """Show the scanner, and below it the code that is asked about.

    Args:
        code: what was scanned or typed, empty for nothing.
        kept: the one code that it means.
        several: the codes of different cards that it may mean; none where there is no such code.
        key, typed, fault, rid: of a press that was refused.
    """
    poi_id, store = await chosen_store(visit)
    return with_camera(
        visit.show(
            "till/counter.html",
            code=code,
            kept=kept,
            several=several,
            titles={one.code.card_id: face_of(one.shown, one.content).title for one in several or []},
            offer=await offer_of(visit, kept, poi_id) if kept else None,
            stores=await visit.read(lambda tx: till_stores(tx, visit.app.appid)),
            poi_id=poi_id,
            store=store,
            key=key or random_text(KEY_LENGTH),
            typed=typed or Typed(),
            fault=fault,
            rid=rid,
        )
    )


def with_camera(response: Response) -> Response:
    """Return a page that may use the camera."""
    response.headers["permissions-policy"] = CAMERA
    return response
