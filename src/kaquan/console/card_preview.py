"""The preview of a card: the wallet's own page of it, from what stands in a form or from what is stored."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from kaquan.actions.list_card_stores import list_card_stores
from kaquan.actions.load_card import has_card, load_card
from kaquan.console.card_draft import content_of, facts_of, merged
from kaquan.console.card_faults import at_fields, faults_of
from kaquan.console.card_fields import TYPES
from kaquan.console.card_form import Form
from kaquan.rules.card import from_text
from kaquan.rules.card_content import Content
from kaquan.rules.card_tables import KEYS
from kaquan.web.desk import Desk, desk
from kaquan.web.visit import NotHere
from kaquan.web.wire import Request

FORM_LIMIT = 8 << 20
# The page stands in a frame of ours, and its scripts and forms do nothing there.
POLICY = {"frame-ancestors": "'self'", "script-src": "'none'", "form-action": "'none'", "connect-src": "'none'"}


@desk("/console/{appid}/cards/preview", "GET", "POST", sees="card.see", body_limit=FORM_LIMIT)
async def preview(visit: Desk) -> Response:
    """Show the card of a form, with the call that the form would make where a script of ours asks."""
    card_id = visit.form.get("card", "") or visit.query.get("card", "")
    stored = await stored_card(visit, card_id, "shown" in visit.query) if card_id else None
    card_type = stored[0] if stored else visit.form.get("type", "") or visit.query.get("type", "")
    if card_type not in TYPES:
        raise NotHere
    form = Form(card_type, visit.fields if visit.request.method == "POST" else {})
    request = form.update(card_id, stored[1]) if stored else form.create()
    content = draft_of(visit, form, request, stored[1] if stored else None)
    page = await show(visit, card_type, content, card_id)
    if "application/json" not in visit.request.headers.get("accept", ""):
        return page
    base_url = visit.platform.settings.base_url
    called = {"text": request.text, "curl": request.curl(base_url)}
    faults = at_fields(visit, card_type, faults_of(visit, request))
    return visit.answer({"page": bytes(page.body).decode(), "request": called, "faults": faults})


def draft_of(visit: Desk, form: Form, request: Request, stored: Content | None) -> Content:
    """Return the content to show: what the form says, over what is stored."""
    sent = form.content()
    if stored is not None:
        before = msgspec.to_builtins(stored)
        sent = merged(before, request.body[KEYS[form.card_type]]) if form.typed else before
    return content_of(form.card_type, sent, visit.text, visit.now)


async def stored_card(visit: Desk, card_id: str, shown: bool = False) -> tuple[str, Content]:
    """Return type and content of a card of this account, with a change under review unless what people see is asked.

    Raises:
        NotHere: there is none.
    """
    if not await visit.read(lambda tx: has_card(tx, visit.app.appid, card_id)):
        raise NotHere
    row = await visit.read(lambda tx: load_card(tx, visit.app.appid, card_id))
    return row.card_type, from_text(row.card_type, (row.shown if shown else "") or row.content)


async def show(visit: Desk, card_type: str, content: Content, card_id: str) -> Response:
    """Show the wallet's page of a card nobody holds."""
    stores, count = await visit.read(lambda tx: list_card_stores(tx, visit.app.appid, content.base_info))
    facts = facts_of(visit, card_type, content, card_id)
    return visit.show("console/card_preview.html", policy=POLICY, stores=stores, store_count=count, **facts)
