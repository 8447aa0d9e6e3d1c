"""Shelves, pages with several cards: a form with its preview does what ``/card/landingpage/create`` does."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.browse_cards import CardLine, browse_cards
from kaquan.actions.list_ways import list_shelves
from kaquan.actions.show_cards import ShownPage, show_cards
from kaquan.api.card.landingpage import MOST_CARDS, SCENES
from kaquan.console.distribution import ALIVE
from kaquan.console.pictures import keep_picture
from kaquan.errors import Refusal
from kaquan.rules.jump_url import safe_url
from kaquan.web.claim_face import Face
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.texts import zh
from kaquan.web.wire import Outcome, Request, perform, stopped

CHOICES, SHELVES = 200, 20
FORM_LIMIT = 8 << 20
SCENE_TEXTS = (
    zh("附近"),
    zh("自定义菜单"),
    zh("二维码"),
    zh("公众号文章"),
    zh("网页"),
    zh("自动回复"),
    zh("卡券自定义入口"),
)
SCENE_NAMES = tuple(zip(SCENES, SCENE_TEXTS, strict=True))
USUAL = {"scene": "SCENE_H5", "can_share": "1"}


@desk(
    "/console/{appid}/distribution/shelf", "GET", "POST", sees="card.see", changes="card.change", body_limit=FORM_LIMIT
)
async def shelf(visit: Desk) -> Response:
    """Show the form of a shelf and the shelves that there are; make one."""
    if visit.request.method == "GET":
        return await show(visit, USUAL)
    typed = dict(visit.form)
    try:
        for name, sent in visit.files.items():
            typed[name.removesuffix(".file")] = await keep_picture(visit, sent[-1].content, False)
    except Refusal as refused:
        return await show(visit, typed, Outcome({}, refused, visit.refused(refused)))
    done = await perform(visit, await request_of(visit, typed), "card.shelf", typed.get("page_title", ""))
    if done.refused is not None:
        return await show(visit, typed, done)
    return visit.go(console_path(visit.app.appid, f"distribution/shelf?made={done.answer['page_id']}"))


@desk("/console/{appid}/distribution/shelf/preview", "GET", "POST", sees="card.see", body_limit=FORM_LIMIT)
async def preview(visit: Desk) -> Response:
    """Show the shelf of a form as visitors will see it."""
    typed = visit.form if visit.request.method == "POST" else USUAL
    request = await request_of(visit, typed)
    placed = request.body["card_list"]
    ids = [one["card_id"] for one in placed]
    known = await visit.read(lambda tx: show_cards(tx, visit.app.appid, ids))
    cards = [
        msgspec.structs.replace(known[one["card_id"]], picture=safe_url(one["thumb_url"]))
        for one in placed
        if one["card_id"] in known
    ]
    shown = ShownPage(typed.get("page_title", "") or "…", safe_url(typed.get("banner", "")), cards)
    policy = {"frame-ancestors": "'self'", "script-src": "'none'", "form-action": "'none'", "connect-src": "'none'"}
    page = visit.show("claim/shelf.html", policy=policy, shown=shown, face=Face(visit), scan_id="")
    if "application/json" not in visit.request.headers.get("accept", ""):
        return page
    called = {"text": request.text, "curl": request.curl(visit.platform.settings.base_url)}
    return visit.answer({"page": bytes(page.body).decode(), "request": called})


async def request_of(visit: Desk, typed: dict[str, str]) -> Request:
    """Return the call that makes the shelf of a form; a card without a picture of its own shows its logo."""
    rows = [
        (typed.get(f"card_list[{n}].card_id", ""), typed.get(f"card_list[{n}].thumb_url", ""))
        for n in range(MOST_CARDS)
    ]
    chosen = [(card_id, url.strip()) for card_id, url in rows if card_id]
    ids = [card_id for card_id, _ in chosen]
    known = await visit.read(lambda tx: show_cards(tx, visit.app.appid, ids))
    logos = {card_id: card.base.logo_url for card_id, card in known.items()}
    texts = {name: typed[name].strip() for name in ("banner", "page_title") if typed.get(name, "").strip()}
    cards = [{"card_id": card_id, "thumb_url": url or logos.get(card_id, "")} for card_id, url in chosen]
    facts: dict[str, Any] = {"can_share": bool(typed.get("can_share")), "scene": typed.get("scene", "")}
    return Request("/card/landingpage/create", {**texts, **facts, "card_list": cards})


async def show(visit: Desk, typed: dict[str, str], outcome: Outcome | None = None) -> Response:
    """Show the form, what became of it, and the shelves that there are."""
    appid = visit.app.appid
    choices, _ = await visit.read(lambda tx: browse_cards(tx, appid, ALIVE, "", None, CHOICES))
    before = visit.query.get("before", "")
    shelves = await visit.read(lambda tx: list_shelves(tx, appid, int(before) if before.isdigit() else 0, SHELVES + 1))
    more = f"before={shelves[SHELVES - 1].page_id}" if len(shelves) > SHELVES else ""
    return visit.show(
        "console/shelf.html",
        policy={"frame-src": "'self'"},
        form=Typed(typed),
        choices=[choice(one) for one in choices],
        scenes=[(name, visit.text(label)) for name, label in SCENE_NAMES],
        faults=faults_of(visit, outcome),
        said=outcome.said if outcome else stopped(visit, "/card/landingpage/create"),
        request=await request_of(visit, typed),
        shelves=shelves[:SHELVES],
        more=more,
        made=visit.query.get("made", ""),
        most=MOST_CARDS,
        base_url=visit.platform.settings.base_url,
    )


def choice(line: CardLine) -> tuple[str, str]:
    """Return a card as an option of a list."""
    return line.card_id, f"{line.face.title} · {line.face.brand_name}"


def faults_of(visit: Desk, outcome: Outcome | None) -> dict[str, str]:
    """Return what is wrong with a field of the form: a card's place names its row."""
    if outcome is None or outcome.refused is None:
        return {}
    path = str(outcome.refused.facts.get("path", ""))
    return {path: visit.said(outcome.refused, "").lines[0]} if path else {}


class Typed(msgspec.Struct, frozen=True):
    """What was typed, as the parts of forms ask for it."""

    typed: dict[str, str]

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.typed.get(name, "")
