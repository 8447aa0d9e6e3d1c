"""What anybody may fetch: health, pictures, pages of cards, and where a scanned QR code leads."""

from __future__ import annotations

from collections.abc import Callable

from kaquan.actions.keep_image import load_image
from kaquan.actions.show_cards import ShownPage, show_shelf, show_ticket
from kaquan.api import scan
from kaquan.api.call import Call
from kaquan.api.encode import Raw
from kaquan.api.page import STYLE, language_of, page_of_cards
from kaquan.api.route import endpoint
from kaquan.errors import Errcode, Refusal
from kaquan.store.tx import Tx

YEAR = 365 * 86400
DAY = 86400
HEALTHY = Raw(b"ok\n", "text/plain; charset=utf-8")


@endpoint("/healthz", "GET", token=False)
async def healthz(call: Call) -> Raw:
    """Say that this process answers."""
    return HEALTHY


@endpoint("/image/", "GET", token=False)
async def image(call: Call) -> Raw:
    """Serve an uploaded picture; it never changes, since its address is its digest."""
    appid, _, digest = call.path.removeprefix("/image/").partition("/")
    found = await call.read(lambda tx: load_image(tx, appid, digest))
    if found is None:
        return Raw(b"", "text/plain", status=404)
    return Raw(found[1], found[0], cache_seconds=YEAR)


@endpoint("/q/", "GET", token=False, refuses=("48001 not_implemented",))
async def scanned(call: Call) -> Raw:
    """Stand where the claim page will be."""
    raise Errcode.API_UNAUTHORIZED("not_implemented", path=call.path[:60])


@endpoint("/style/cards", "GET", token=False)
async def style(call: Call) -> Raw:
    """Serve the style sheet of the pages of cards."""
    return Raw(STYLE.encode(), "text/css; charset=utf-8", cache_seconds=DAY)


@endpoint("/shelf/", "GET", token=False)
async def shelf(call: Call) -> Raw:
    """Show a shelf."""
    name = call.path.removeprefix("/shelf/")
    return page_of_cards(await load_page(call, name, show_shelf), name, language_of(call.header("accept-language")))


@endpoint("/article/", "GET", token=False)
async def article(call: Call) -> Raw:
    """Show the card of an article, for a frame in it."""
    name = call.path.removeprefix("/article/")
    page = await load_page(call, name, show_ticket)
    if page and name != scan.article_id(call.platform.keys, scan.appid_of(name), page.cards[0].card_id):
        page = None
    return page_of_cards(page, name, language_of(call.header("accept-language")), alone=False)


async def load_page(call: Call, name: str, show: Callable[[Tx, str, str], ShownPage | None]) -> ShownPage | None:
    """Return the page of a ticket's name; None when there is none, or when its account is suspended."""
    try:
        app = await call.platform.apps.get(scan.appid_of(name))
    except Refusal:
        return None
    if app is None or app.suspended:
        return None
    return await call.read(lambda tx: show(tx, app.appid, name))
