"""One QR ticket: to look at, to take along as a picture, and to print."""

from __future__ import annotations

import io

import segno
from starlette.responses import Response

from kaquan.actions.list_holdings import face_of
from kaquan.actions.list_ways import Ticket, load_ticket
from kaquan.actions.load_card import load_card
from kaquan.api.scan import scan_url
from kaquan.console.cards import words_of
from kaquan.console.distribution import state_of
from kaquan.console.table_card import SIZES, Words, table_card
from kaquan.rules.card import from_text
from kaquan.rules.card_content import DateInfo
from kaquan.rules.card_tables import COLORS, FIX_TERM
from kaquan.rules.text import mask_openid
from kaquan.web import card_words
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import Texts, zh
from kaquan.web.visit import NotHere

PICTURES = {"qr.png": ("png", "image/png"), "qr.svg": ("svg", "image/svg+xml")}
SHEETS = {f"{size}.pdf": size for size in SIZES}
LEAD = zh("扫码领取")


@desk("/console/{appid}/distribution/tickets/{scan_id}", sees="card.see")
async def ticket(visit: Desk) -> Response:
    """Show a ticket."""
    found = await load(visit)
    row = await visit.read(lambda tx: load_card(tx, visit.app.appid, found.card_id))
    url = scan_url(visit.platform.settings.base_url, found.scan_id)
    svg = segno.make(url, error="m").svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return visit.show(
        "console/ticket.html",
        ticket=found,
        row=row,
        face=face_of(row.shown, row.content),
        state=state_of(visit.text, found, visit.now),
        url=url,
        svg=svg,
        mask=mask_openid,
        **words_of(visit),
    )


@desk("/console/{appid}/distribution/tickets/{scan_id}/{file}", sees="card.see")
async def take(visit: Desk) -> Response:
    """Return the ticket as a picture, or as a page to print."""
    found, file = await load(visit), visit.path["file"]
    url = scan_url(visit.platform.settings.base_url, found.scan_id)
    headers = {"content-disposition": f'attachment; filename="{found.scan_id[-8:]}-{file}"'}
    if file in PICTURES:
        kind, media_type = PICTURES[file]
        out = io.BytesIO()
        segno.make(url, error="m").save(out, kind=kind, scale=20, border=4)
        return Response(out.getvalue(), media_type=media_type, headers=headers)
    if file not in SHEETS:
        raise NotHere
    words = await words_for(visit, found, url)
    return Response(table_card(words, SHEETS[file]), media_type="application/pdf", headers=headers)


async def words_for(visit: Desk, found: Ticket, url: str) -> Words:
    """Return what stands on the page that is printed."""
    row = await visit.read(lambda tx: load_card(tx, visit.app.appid, found.card_id))
    content = from_text(row.card_type, row.shown or row.content)
    base = content.base_info
    figure = " · ".join(
        filter(None, (card_words.figure(visit.text, content), card_words.least_cost(visit.text, content)))
    )
    valid = validity(visit.text, base.date_info)
    color = COLORS.get(base.color, "#5E6671")
    return Words(base.brand_name, base.title, figure, color, visit.text(LEAD), valid, url)


def validity(text: Texts, date: DateInfo) -> str:
    """Return when codes of a card can be used, said of no code in particular."""
    if date.type == FIX_TERM:
        return text("领取后 {days} 天内有效", days=date.fixed_term)
    return f"{text('有效期')} {card_words.validity(text, date.begin_timestamp, date.end_timestamp)}"


async def load(visit: Desk) -> Ticket:
    """Return the ticket that the path names.

    Raises:
        NotHere: the account has no such ticket.
    """
    appid, scan_id = visit.app.appid, visit.path["scan_id"]
    found = await visit.read(lambda tx: load_ticket(tx, appid, scan_id))
    if found is None:
        raise NotHere
    return found
