"""Pictures that people at a desk upload, kept and served as those of ``/cgi-bin/media/uploadimg`` are."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from kaquan.actions.keep_image import keep_image
from kaquan.api.dispatch import check_right
from kaquan.api.route import CARD
from kaquan.errors import Errcode, Refusal
from kaquan.rules.picture import MAX_BYTES, reencode
from kaquan.web.desk import Desk, console_path, desk

SQUARE = "square"


@desk("/console/{appid}/cards/picture", "GET", "POST", sees="card.see", changes="card.change", body_limit=2 * MAX_BYTES)
async def picture(visit: Desk) -> Response:
    """Keep a picture for a script of ours and tell its address."""
    if visit.request.method == "GET":
        return visit.go(console_path(visit.app.appid, "cards"))
    sent = visit.files.get("picture", [])
    try:
        if not sent:
            raise Errcode.MEDIA_MISSING("no_file", content_type="")
        return visit.answer({"url": await keep_picture(visit, sent[0].content, visit.form.get("shape") == SQUARE)})
    except Refusal as refused:
        said = visit.refused(refused)
        return visit.answer({"errcode": said.errcode, "text": said.lines[0]})


async def keep_picture(visit: Desk, content: bytes, square: bool) -> str:
    """Return the address of a picture, drawn anew; a square one is cut out of its middle.

    Raises:
        Refusal: 40009, 40137, or why the account may make no cards.
    """
    check_right(visit.app, CARD)
    media_type, drawn = await asyncio.to_thread(reencode, content, square=square)
    path = await visit.change("picture.keep", lambda tx: keep_image(tx, visit.app.appid, media_type, drawn, visit.now))
    return visit.platform.settings.base_url + path
