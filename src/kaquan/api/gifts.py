"""Giving codes away, as the sandbox's calls and the pages do it (spec: jssdk_and_pages.md 13)."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import structlog

from kaquan.actions.accept_gift import Sources
from kaquan.actions.return_gift import MOST, due_appids, find_taker, return_due
from kaquan.api import scan
from kaquan.api.call import Call
from kaquan.errors import Errcode, Refusal
from kaquan.platform import Platform
from kaquan.rules.fields import CardId, Code, MaxBytes, NumberAsText, Openid
from kaquan.rules.gift import GREETING_BYTES
from kaquan.rules.openid import check_account, check_openid
from kaquan.rules.text import mask_openid
from kaquan.sources import Codes, new_name, new_pick, wall_clock
from kaquan.store.apps import App

# A gift comes back so many seconds late at the most while nobody looks at its code.
RETURN_EVERY = 5.0
GIVEN_AWAY = "given_away"
PERSON = ("40003 malformed", "40003 stranger")
"""The steps of an openid."""
TAP = (*PERSON, f"{Errcode.CARD_ID_MISSING:d} missing", f"{Errcode.CODE_MISSING:d} missing")
"""The steps of who taps on which gift."""
new_code = Codes()

log = structlog.get_logger(__name__)


class GiveBody(msgspec.Struct):
    """Body of ``/sandbox/gift``; without ``to`` it goes to a group, where whoever comes first may accept it."""

    openid: Openid
    card_id: CardId
    code: Code
    to: str = ""
    greeting: Annotated[str, MaxBytes(GREETING_BYTES)] = ""


class GiftBody(msgspec.Struct):
    """Body of ``/sandbox/accept`` and ``take_back``: who taps on which gift, or on the one that a code is in."""

    openid: Openid
    gift_id: str = ""
    card_id: str = ""
    code: Annotated[str, NumberAsText()] = ""


def new_gift_id(appid: str) -> str:
    """Return the name of a new gift, which nobody can guess and which says whose account it is in."""
    return scan.scan_id(appid, new_name())


def appid_of(gift_id: str) -> str:
    """Return the appid that a gift's name carries, empty when it is no such name."""
    return scan.appid_of(gift_id) if scan.NAME.fullmatch(gift_id) else ""


def sources_of(app: App) -> Sources:
    """Return where the code comes from that somebody gets who accepts a gift of this app."""
    return Sources(new_code, new_pick(), app.gift_new_code)


def check_people(app: App, *openids: str) -> None:
    """Check that openids can be of the account.

    Raises:
        Refusal: 40003.
    """
    for openid in openids:
        check_openid(openid)
    for openid in openids:
        check_account(openid, app.prefix)


def check_gift(request: GiveBody, app: App, now: int) -> None:
    """Check who gives to whom."""
    check_people(app, request.openid, *filter(None, [request.to]))


def check_tap(request: GiftBody, app: App, now: int) -> None:
    """Check who taps, and that the gift is named."""
    check_people(app, request.openid)
    if not request.gift_id and not request.card_id:
        raise Errcode.CARD_ID_MISSING("missing", path="card_id")
    if not request.gift_id and not request.code:
        raise Errcode.CODE_MISSING("missing", path="code")


async def given_to(call: Call, refused: Refusal) -> Refusal:
    """Return the refusal of a code that was given away with whom it was given to, and the code it became."""
    if refused.cause == GIVEN_AWAY and "receiver" not in refused.facts:
        code, card_id = refused.facts["code"], refused.facts["card_id"]
        taker, became = await call.read(lambda tx: find_taker(tx, call.appid, card_id, code))
        refused.facts.update(receiver=mask_openid(taker), new_code=became)
    return refused


async def bring_back(platform: Platform, appid: str, now: int) -> None:
    """Bring back the gifts of an app that nobody accepted in time; ``now`` is the app's, UTC seconds."""
    while await platform.store.write(lambda tx: return_due(tx, appid, now, platform.record())) == MOST:
        pass
    platform.delivery.wake()


async def keep_bringing_back(platform: Platform) -> None:
    """Bring gifts back of every app as they are due, until this is cancelled."""
    while True:
        await asyncio.sleep(RETURN_EVERY)
        try:
            now = wall_clock()
            for appid, offset in await platform.store.read(lambda tx, now=now: due_appids(tx, now)):
                await bring_back(platform, appid, now + offset)
        except Exception as fault:  # noqa: BLE001  # the loop outlives whatever the database does
            log.warning("gifts were not brought back", fault=repr(fault))
