"""``/card/mpnews/*``: a card in an article (spec: cards.md 13.3, distribution.md 6)."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlencode

from kaquan.actions.put_in_article import put_in_article
from kaquan.api import scan
from kaquan.api.call import Call
from kaquan.api.card import OfCard
from kaquan.api.card.owner import change_card
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.rules.ways import PAGE_ORDER

FRAME = '<iframe class="res_iframe card_iframe js_editor_card" data-src="{}"></iframe>'


@endpoint("/card/mpnews/gethtml", reads=OfCard, refuses=PAGE_ORDER)
async def gethtml(call: Call, request: OfCard) -> dict[str, Any]:
    """Return the frame that shows a card in an article; the same one each time."""
    name = scan.article_id(call.platform.keys, call.appid, request.card_id)
    query = urlencode({"action": "show", "biz": call.app.gh_id, "cardid": request.card_id, "wechat_card_js": 1})
    address = f"{call.platform.settings.base_url}/article/{name}?{query}#wechat_redirect"
    content = FRAME.format(html.escape(address))
    return await change_card(
        call,
        request.card_id,
        lambda tx: put_in_article(tx, call.appid, request.card_id, name, call.now),
        lambda _: ok(content=content),
    )
