"""Handing a card out: which ways it can go, its QR tickets, and its code for articles."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from kaquan.actions.browse_cards import browse_cards
from kaquan.actions.list_holdings import face_of
from kaquan.actions.list_ways import Place, Ticket, list_tickets
from kaquan.actions.load_card import has_card, load_card
from kaquan.api.scan import scan_id_of_ticket
from kaquan.console.card_form import number
from kaquan.console.cards import WORDS_MOST, place_of, words_of
from kaquan.console.channels import channels, obstacles
from kaquan.errors import Refusal
from kaquan.errors.change import name_of
from kaquan.rules.card_tables import DISPATCH, NOT_VERIFY, VERIFY_FAIL, VERIFY_OK
from kaquan.rules.qr import PLACE
from kaquan.rules.text import mask_openid
from kaquan.rules.validity import DAY
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.texts import Texts, zh
from kaquan.web.visit import NotHere
from kaquan.web.wire import Outcome, Request, perform, stopped

PAGE = 20
ALIVE = frozenset({NOT_VERIFY, VERIFY_FAIL, VERIFY_OK, DISPATCH})
# How long a ticket can be claimed with: seconds and their name.
LIVES = (
    (1800, zh("30 分钟")),
    (DAY, zh("1 天")),
    (7 * DAY, zh("7 天")),
    (30 * DAY, zh("30 天")),
    (90 * DAY, zh("90 天")),
    (365 * DAY, zh("一年")),
)
USUAL_LIFE = str(90 * DAY)
OVER, USED, LIVE = zh("已过期"), zh("已使用"), zh("有效")


@desk("/console/{appid}/distribution", "GET", "POST", sees="card.see", changes="card.change")
async def distribution(visit: Desk) -> Response:
    """Offer the cards, or the ways of one of them; make a ticket, or the code for an article."""
    card_id = visit.query.get("card", "")
    if not card_id:
        return await choose(visit)
    row = await load(visit, card_id)
    if visit.request.method == "GET":
        return await show(visit, row)
    act = CHANGES.get(visit.form.get("change", ""))
    if act is None:
        raise NotHere
    return await act(visit, row)


async def choose(visit: Desk) -> Response:
    """Offer the cards that can be handed out."""
    words, after = visit.query.get("q", "").strip()[:WORDS_MOST], place_of(visit.query.get("after", ""))
    lines, more = await visit.read(lambda tx: browse_cards(tx, visit.app.appid, ALIVE, words, after, PAGE))
    query = {**({"q": words} if words else {}), "after": f"{more.create_time}.{more.card_id}"} if more else {}
    facts: dict[str, Any] = {
        "lines": lines,
        "more": urlencode(query),
        "words": words,
        "said": stopped(visit, "/card/qrcode/create"),
    }
    return visit.show("console/distribution.html", **facts, **words_of(visit))


async def load(visit: Desk, card_id: str) -> Any:
    """Return the row of a card.

    Raises:
        NotHere: the account has no such card.
    """
    appid = visit.app.appid
    if not await visit.read(lambda tx: has_card(tx, appid, card_id)):
        raise NotHere
    return await visit.read(lambda tx: load_card(tx, appid, card_id))


async def make_ticket(visit: Desk, row: Any) -> Response:
    """Make a QR ticket and lead to it."""
    request = ticket_request(row.card_id, visit.form)
    done = await perform(visit, request, "card.qr", row.card_id, outer_str=visit.form.get("outer_str", "")[:128])
    if done.refused is not None:
        return await show(visit, row, done, request)
    scan_id = scan_id_of_ticket(visit.platform.keys, done.answer["ticket"])
    return visit.go(console_path(visit.app.appid, f"distribution/tickets/{scan_id}"))


def ticket_request(card_id: str, typed: dict[str, str]) -> Request:
    """Return the call that makes the ticket of a form."""
    texts = {name: typed.get(name, "").strip() for name in ("code", "openid", "outer_str")}
    once = {"is_unique_code": True} if typed.get("is_unique_code") else {}
    card = {"card_id": card_id, **{name: text for name, text in texts.items() if text}, **once}
    seconds = {"expire_seconds": number(typed["expire_seconds"])} if typed.get("expire_seconds") else {}
    return Request("/card/qrcode/create", {"action_name": "QR_CARD", **seconds, "action_info": {"card": card}})


async def make_article(visit: Desk, row: Any) -> Response:
    """Make the code for articles, and show it."""
    request = Request("/card/mpnews/gethtml", {"card_id": row.card_id})
    return await show(visit, row, await perform(visit, request, "card.article", row.card_id), request)


CHANGES: dict[str, Callable[[Desk, Any], Awaitable[Response]]] = {"ticket": make_ticket, "article": make_article}


async def show(visit: Desk, row: Any, outcome: Outcome | None = None, request: Request | None = None) -> Response:
    """Show the ways of a card, and what became of a change."""
    appid, after = visit.app.appid, ticket_place(visit.query.get("after", ""))
    tickets = await visit.read(lambda tx: list_tickets(tx, appid, row.card_id, after, PAGE + 1))
    last = tickets[PAGE - 1] if len(tickets) > PAGE else None
    asked = {"card": row.card_id, "after": f"{last.create_time}.{last.scan_id}"} if last else {}
    refused = outcome.refused if outcome else None
    return visit.show(
        "console/distribution_card.html",
        policy={"frame-src": "'self'"},
        row=row,
        face=face_of(row.shown, row.content),
        ways=channels(visit, row),
        obstacles=obstacles(visit, row),
        tickets=[(one, *state_of(visit.text, one, visit.now)) for one in tickets[:PAGE]],
        more=urlencode(asked),
        lives=[(str(seconds), visit.text(label)) for seconds, label in LIVES],
        typed={"expire_seconds": USUAL_LIFE, **visit.form},
        faults=ticket_faults(visit, refused),
        said=outcome.said if outcome else stopped(visit, "/card/qrcode/create"),
        request=request or ticket_request(row.card_id, {"expire_seconds": USUAL_LIFE}),
        embed=outcome.answer.get("content", "") if outcome else "",
        mask=mask_openid,
        **words_of(visit),
    )


def ticket_faults(visit: Desk, refused: Refusal | None) -> dict[str, str]:
    """Return what is wrong with a field of the ticket's form."""
    path = str(refused.facts.get("path", "")) if refused else ""
    name = name_of(path) if path.startswith((PLACE, "expire_seconds")) else ""
    name = "openid" if refused is not None and refused.errcode == 40003 else name
    return {name: visit.said(refused, "").lines[0]} if refused is not None and name else {}


def ticket_place(text: str) -> Place | None:
    """Return where a page of tickets begins by its query."""
    place = place_of(text)
    return Place(place.create_time, place.card_id) if place else None


def state_of(text: Texts, ticket: Ticket, now: int) -> tuple[str, str]:
    """Return the state of a ticket and the kind of its badge."""
    if ticket.used_by:
        return text(USED), "plain"
    return (text(OVER), "plain") if ticket.expire_time <= now else (text(LIVE), "ok")
