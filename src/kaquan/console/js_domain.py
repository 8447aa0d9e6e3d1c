"""The card JS API domain: set at once, changed once (spec: qa_cases.md A4)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kaquan.actions.keep_application import check_open, lock_standing
from kaquan.actions.manage_app import set_card_js_domain
from kaquan.console.applications import JS_DOMAIN, WHY_LOCKED, renewed
from kaquan.errors import Refusal
from kaquan.rules import application as rule
from kaquan.rules.js_domain import CHANGES, MARK, card_js_domain
from kaquan.store.tx import Tx
from kaquan.web.desk import Desk, console_path, desk


@desk("/console/{appid}/applications/js-domain", "GET", "POST", sees="application.see", changes="application.submit")
async def js_domain(visit: Desk) -> Response:
    """Show what is set and how often it can be changed, and set it."""
    await renewed(visit)
    if visit.request.method == "GET":
        return show(visit)
    appid, typed = visit.app.appid, visit.form.get("domain", "")
    try:
        domain = card_js_domain(typed)
        await visit.change("application.js_domain", lambda tx: _set(tx, appid, domain), domain)
    except Refusal as refused:
        return show(visit, typed=typed, said=visit.refused(refused))
    return visit.go(console_path(appid, "applications/js-domain?saved=1"))


def _set(tx: Tx, appid: str, domain: str) -> None:
    check_open(lock_standing(tx, appid), JS_DOMAIN)
    set_card_js_domain(tx, appid, domain)


def show(visit: Desk, **facts: Any) -> Response:
    """Show the page."""
    app = visit.app
    lock = rule.lock_of(JS_DOMAIN, app.card_function, "")
    left = CHANGES - app.card_js_changes if app.card_js_domain else CHANGES
    return visit.show(
        "console/js_domain.html",
        domain=app.card_js_domain,
        left=left,
        lock=visit.text(WHY_LOCKED[lock]) if lock else "",
        open=not lock and visit.may("application.submit") and not app.suspended and (left > 0),
        example=f"https://{app.card_js_domain or 'shop.example.com'}/coupon?{MARK}=1",
        saved="saved" in visit.query,
        **{"typed": "", "said": None, **facts},
    )
