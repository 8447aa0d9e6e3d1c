"""One card: what it is, how it came to its state, its stock, its codes, and its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from kaquan.actions.browse_cards import Step, list_steps
from kaquan.actions.keep_code_file import list_code_files
from kaquan.actions.list_holdings import face_of
from kaquan.actions.load_card import has_card, load_card
from kaquan.console.card_editor import new_key
from kaquan.console.card_fields import fields_of
from kaquan.console.card_form import number
from kaquan.console.cards import words_of
from kaquan.rules.card_tables import DELETED, NOT_VERIFY, VERIFY_OK
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere
from kaquan.web.wire import Outcome, Request, form_key, perform, stopped

STEPS_SHOWN, FILES_SHOWN = 50, 5
DONE_TEXTS = {
    "created": zh("卡券已提交审核。"),
    "approved": zh("卡券已创建并通过审核。"),
    "saved": zh("修改已生效。"),
    "same": zh("没有改动。"),
    "reviewed": zh("修改已提交审核，通过之前用户看到的仍是原来的内容。"),
    "stock": zh("库存已调整。"),
    "deleted": zh("卡券已删除。"),
}
STEP_TEXTS = {
    "create": zh("提交审核"),
    "update": zh("修改"),
    "approve": zh("通过审核"),
    "refuse": zh("未通过审核"),
    "stock": zh("调整库存"),
    "deposit": zh("导入券码"),
    "delete_card": zh("删除"),
    "remind": zh("库存不足提醒"),
}
NAME_DIFFERS = zh("名称不一致，卡券没有删除。")


@desk("/console/{appid}/cards/{card_id}", "GET", "POST", sees="card.see", changes="card.change")
async def card(visit: Desk) -> Response:
    """Show a card, and do what a form of the page asks for."""
    row = await load(visit)
    if visit.request.method == "GET":
        return await show(visit, row)
    act = CHANGES.get(visit.form.get("change", ""))
    if act is None:
        raise NotHere
    return await act(visit, row)


async def load(visit: Desk) -> Any:
    """Return the row of the card that the path names.

    Raises:
        NotHere: the account has no such card.
    """
    appid, card_id = visit.app.appid, visit.path["card_id"]
    if not await visit.read(lambda tx: has_card(tx, appid, card_id)):
        raise NotHere
    return await visit.read(lambda tx: load_card(tx, appid, card_id))


async def change_stock(visit: Desk, row: Any) -> Response:
    """Raise or lower the stock; a form that is sent twice changes it once."""
    way = "reduce_stock_value" if visit.form.get("way") == "reduce" else "increase_stock_value"
    request = Request("/card/modifystock", {"card_id": row.card_id, way: number(visit.form.get("count", "").strip())})
    done = await perform(visit, request, "card.stock", row.card_id, form_key(visit.form.get("key", "")), way=way)
    return await after(visit, row, done, "stock", request)


async def delete(visit: Desk, row: Any) -> Response:
    """Delete the card, once its name was typed."""
    title = face_of(row.shown, row.content).title
    request = Request("/card/delete", {"card_id": row.card_id})
    if visit.form.get("title", "").strip() != title.strip():
        return await show(visit, row, fault=visit.text(NAME_DIFFERS))
    return await after(visit, row, await perform(visit, request, "card.delete", row.card_id), "deleted", request)


CHANGES: dict[str, Callable[[Desk, Any], Awaitable[Response]]] = {"stock": change_stock, "delete": delete}


async def after(visit: Desk, row: Any, done: Outcome, said: str, request: Request) -> Response:
    """Show what became of a change: the card as it is now, or why it was refused."""
    if done.refused is None:
        return visit.go(console_path(visit.app.appid, f"cards/{row.card_id}?done={said}"))
    return await show(visit, row, outcome=done, request=request)


async def show(
    visit: Desk, row: Any, outcome: Outcome | None = None, request: Request | None = None, fault: str = ""
) -> Response:
    """Show the card, and what became of a change."""
    appid, card_id = visit.app.appid, row.card_id
    steps = await visit.read(lambda tx: list(list_steps(tx, appid, card_id, STEPS_SHOWN)))
    files = await visit.read(lambda tx: list_code_files(tx, appid, card_id, FILES_SHOWN)) if row.deposit else []
    done = visit.query.get("done", "")
    done = "approved" if done == "created" and row.status == VERIFY_OK else done
    return visit.show(
        "console/card.html",
        policy={"frame-src": "'self'"},
        row=row,
        face=face_of(row.shown, row.content),
        steps=[(visit.text(STEP_TEXTS[one.kind]), one, step_note(visit, row.card_type, one)) for one in steps],
        files=files,
        refused=outcome.said if outcome else stopped(visit, "/card/modifystock"),
        request=request,
        fault=fault,
        done=visit.text(DONE_TEXTS[done]) if done in DONE_TEXTS and outcome is None and not fault else "",
        key=new_key(),
        is_deleted=row.status == DELETED,
        in_review=row.status == NOT_VERIFY,
        **words_of(visit),
    )


def step_note(visit: Desk, card_type: str, step: Step) -> str:
    """Return what more there is to say of a step: a reason, numbers, which fields."""
    told = step.fields
    if step.kind == "refuse":
        return str(told.get("RefuseReason", ""))
    if step.kind == "stock":
        return f"{told['increase'] - told['reduce']:+,}"
    if step.kind in {"deposit", "create"}:
        return f"{told.get('codes', told.get('quantity', 0)):,}"
    labels = {one.top: visit.text(one.label) for one in reversed(list(fields_of(card_type)))}
    return "、".join(labels.get(name, name) for name in told.get("fields", []))
