"""Find out why a signature does not hold, with all that the platform knows of tickets (qa_cases.md E8 and E14).

The search takes some milliseconds of computing, so it runs in a thread beside the calls, one at a time, and only for
what was refused. What is found names values, never tickets, and is for whoever owns the account: a visitor is told
no more than that the signature is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from kaquan.actions.issue_credential import CLASSIC, STABLE, TICKETS
from kaquan.actions.list_cards import list_cards
from kaquan.errors import Errcode, Refusal
from kaquan.rules.claim import Claim
from kaquan.rules.lab import Finding, Question, Ticket, Verdict, about_card_ext, about_card_sign, about_config, examine
from kaquan.store.apps import App
from kaquan.tokens import Tokens

if TYPE_CHECKING:
    from kaquan.platform import Platform

MOST_OTHERS = 10
MOST_CARDS = 20
MOST_WAITING = 16
MOST_TOKENS = 4
UNFOUND = ("unknown", "no_ticket")
Ask = Callable[[Sequence[Ticket], Sequence[str]], Question]
_thread = ThreadPoolExecutor(1, "laboratory")
_waiting: set[asyncio.Future[Verdict]] = set()


def candidates(tokens: Tokens, app: App, now: int, others: Sequence[App] = ()) -> list[Ticket]:
    """Return what a page of an account may have signed with.

    Args:
        tokens: makes the texts.
        app: the account; its tickets, those whose time is over too, and its access tokens.
        now: its time, UTC seconds.
        others: accounts whose tickets are tried too.
    """
    mine = [
        Ticket(tokens.ticket(app.appid, one), one.kind, standing=one.ends_at > now)
        for one in app.credentials
        if one.kind in TICKETS
    ]
    access = [one for one in app.credentials if one.kind in {CLASSIC, STABLE}][:MOST_TOKENS]
    mine += [Ticket(tokens.token(app.appid, one), "access_token") for one in access]
    latest = [(other, other.latest(kind)) for other in others for kind in TICKETS]
    return mine + [
        Ticket(tokens.ticket(other.appid, one), one.kind, owner=other.appid) for other, one in latest if one is not None
    ]


async def explain_card_ext(
    platform: Platform,
    app: App,
    now: int,
    card_id: str,
    ext: Mapping[str, str],
    known: Mapping[str, Sequence[str]] | None = None,
) -> Verdict | None:
    """Tell whether a card_ext is signed well, and else by which mistake it came about.

    Args:
        platform: its parts.
        app: the account that owns the card.
        now: its time, UTC seconds.
        card_id: the card.
        ext: the members as :func:`kaquan.rules.card_ext.parse_card_ext` gives them.
        known: what else may have been signed, by name: the openid of who claims, a code that came beside the
            card_ext, the nonces of the same page.

    Returns:
        None when too many others wait for the same.
    """

    def ask(tickets: Sequence[Ticket], cards: Sequence[str]) -> Question:
        return about_card_ext(card_id, ext, tickets, {"app_id": [app.appid], "card_id": cards, **(known or {})})

    return await _explain(platform, app, now, ask)


async def explain_card_sign(
    platform: Platform, app: App, now: int, values: Mapping[str, str], signature: str, nonces: Sequence[str] = ()
) -> Verdict | None:
    """Tell whether the cardSign of ``chooseCard`` holds, and else by which mistake it came about.

    Args:
        platform: its parts.
        app: the account.
        now: its time, UTC seconds.
        values: app_id, location_id, timestamp, nonce_str, card_id, card_type as the page passed them; more are taken
            for values that are sent and not signed.
        signature: the cardSign.
        nonces: others of the same page, which may have been signed.

    Returns:
        None when too many others wait for the same.
    """

    def ask(tickets: Sequence[Ticket], cards: Sequence[str]) -> Question:
        known = {"app_id": [app.appid], "card_id": cards, "nonce_str": nonces}
        return about_card_sign(values, signature, tickets, known)

    return await _explain(platform, app, now, ask)


async def explain_config(
    platform: Platform, app: App, now: int, noncestr: str, timestamp: str, urls: Sequence[str], signature: str
) -> Verdict | None:
    """Tell whether the signature of ``wx.config`` holds, and else by which mistake it came about.

    Args:
        platform: its parts.
        app: the account.
        now: its time, UTC seconds.
        noncestr, timestamp, signature: as the page passed them.
        urls: the page's address and, where that is another, the one the page was entered by; either is good.

    Returns:
        None when too many others wait for the same.
    """

    def ask(tickets: Sequence[Ticket], cards: Sequence[str]) -> Question:
        return about_config(noncestr, timestamp, urls, signature, tickets)

    return await _explain(platform, app, now, ask)


async def name_mistake(platform: Platform, app: App, claim: Claim, refused: Refusal) -> Refusal:
    """Return the refusal of a claim with the mistake in its card_ext's signature, if that is what it was refused for.

    Args:
        platform: its parts.
        app: the account that owns the card.
        claim: what was refused.
        refused: with which refusal.
    """
    if refused.errcode != Errcode.INVALID_CARD_EXT or refused.cause != "signature" or claim.card_ext is None:
        return refused
    ext = {name: str(text) for name, text in claim.card_ext.items()}
    beside = {"openid": (claim.openid,), "code": (claim.code,), "nonce_str": claim.nonces}
    known = {name: tuple(filter(None, values)) for name, values in beside.items()}
    verdict = await explain_card_ext(platform, app, claim.now, claim.card_id, ext, known)
    if verdict is None or verdict.holds:
        return refused
    return Errcode.INVALID_CARD_EXT("signature", **{**refused.facts, "found": as_facts(verdict.found)})


def as_facts(found: Sequence[Finding]) -> list[dict[str, object]]:
    """Return findings as a refusal's facts carry them and ``kaquan.errors.mistakes`` reads them."""
    return [{"mistake": one.mistake, **one.facts} for one in found]


async def _explain(platform: Platform, app: App, now: int, ask: Ask) -> Verdict | None:
    """Look with what the account has, then with what others have, which is seldom needed."""
    verdict = await examined(ask(candidates(platform.tokens, app, now), ()))
    if verdict is None or verdict.holds or verdict.found[-1].mistake not in UNFOUND:
        return verdict
    others = await platform.apps.others(app.appid, MOST_OTHERS)
    cards = await platform.store.read(lambda tx: list_cards(tx, app.appid, None, 0, MOST_CARDS))
    return await examined(ask(candidates(platform.tokens, app, now, others), cards[0])) or verdict


async def examined(ask: Question, most: int = MOST_WAITING) -> Verdict | None:
    """Answer a question beside the calls; None when as many as ``most`` others wait."""
    if len(_waiting) >= most:
        return None
    work = asyncio.get_running_loop().run_in_executor(_thread, examine, ask)
    _waiting.add(work)
    work.add_done_callback(_waiting.discard)
    return await work
