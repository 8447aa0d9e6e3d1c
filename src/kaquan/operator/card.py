"""One card under the operator's eyes: as consumers see it, what a change makes different, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from kaquan.actions.keep_audit import list_about
from kaquan.actions.list_queue import cards_in
from kaquan.actions.load_card import load_card
from kaquan.actions.review_card import put_back, review, take_down
from kaquan.errors import Refusal
from kaquan.operator.card_fields import changed_fields, every_field
from kaquan.operator.cards import STATES, said_done, title_of
from kaquan.operator.decide import REASON_MISSING, account, decide, reason_of, reasons
from kaquan.operator.queues import next_in
from kaquan.operator.sight import sight
from kaquan.rules.card import from_text
from kaquan.rules.card_tables import NOT_VERIFY, OFF_SHELF
from kaquan.rules.claim import is_open
from kaquan.store.apps import App
from kaquan.web.audit_texts import ACTIONS
from kaquan.web.desk import Desk, Said, desk
from kaquan.web.visit import NotHere

HISTORY = 30
OF_CARDS = ("picture", "claim", "terms", "category", "mark")


# What an operator does to a card; of those that take a reason one has to be given.
ACTS: dict[str, Callable[..., None]] = {
    "approve": partial(review, reason=None),
    "refuse": review,
    "takedown": take_down,
    "restore": put_back,
}
REASONED = frozenset({"refuse", "takedown"})


@desk("/operator/cards/{account}/{card_id}", "GET", "POST", sees="platform.see", changes="platform.change")
async def card(visit: Desk) -> Response:
    """Show a card, and decide what becomes of it."""
    app = await account(visit)
    if visit.request.method == "GET":
        return await show(visit, app)
    name = visit.form.get("change", "")
    if name not in ACTS:
        raise NotHere
    reason, row = reason_of(visit) if name in REASONED else "", await load(visit, app)
    if name in REASONED and not reason:
        return await show(visit, app, visit.text(REASON_MISSING))
    run = partial(ACTS[name], reason=reason) if reason else ACTS[name]
    now, record = visit.time_of(app), visit.platform.record()
    try:
        await decide(
            visit,
            app,
            f"card.{name}",
            lambda tx: run(tx, app, row.card_id, now=now, record=record),
            row.card_id,
            reason,
            title=title_of(row),
        )
    except Refusal as refused:
        return await show(visit, app, said=visit.refused(refused))
    return await go_on(visit, name, row)


async def go_on(visit: Desk, name: str, row: Any) -> Response:
    """Go to the next card that waits, or back to the list behind the last one; elsewhere the card is shown again."""
    done = f"done={name}&of={quote(row.appid)}&card={quote(row.card_id, safe='')}"
    if row.status != NOT_VERIFY or name not in {"approve", "refuse"}:
        return visit.go(f"{path_of(row)}?{done}")
    following = await next_in(visit, cards_in(NOT_VERIFY), row)
    return visit.go(f"{path_of(following) if following else '/operator/cards'}?{done}")


def path_of(row: Any) -> str:
    """Return the path of a card's page."""
    return f"/operator/cards/{quote(row.appid)}/{quote(row.card_id, safe='')}"


async def load(visit: Desk, app: App) -> Any:
    """Return the card's row.

    Raises:
        NotHere: the account has no such card.
    """
    try:
        return await visit.read(lambda tx: load_card(tx, app.appid, visit.path["card_id"]))
    except Refusal as refused:
        raise NotHere from refused


async def show(visit: Desk, app: App, fault: str = "", said: Said | None = None) -> Response:
    """Show the card."""
    row = await load(visit, app)
    content = from_text(row.card_type, row.content)
    before = from_text(row.card_type, row.shown) if row.shown else None
    state, colour = STATES[row.status]
    return visit.show(
        "operator/card.html",
        app=app,
        row=row,
        title=content.base_info.title,
        state=visit.text(state),
        colour=colour,
        sight=sight(visit, row.card_type, content),
        before=before and sight(visit, row.card_type, before),
        changed=changed_fields(visit, before, content) if before else [],
        fields=every_field(visit, content),
        history=await visit.read(lambda tx: list_about(tx, app.appid, row.card_id, HISTORY)),
        actions={key: visit.text(text) for key, text in ACTIONS.items()},
        reasons=reasons(visit, *OF_CARDS),
        reviewed=row.status == NOT_VERIFY,
        off_shelf=row.status == OFF_SHELF,
        on_shelf=is_open(row.status, row.shown),
        done=await said_done(visit),
        fault=fault,
        said=said,
    )
