"""How an operator decides about an account: in one transaction with both logs, and every process sees it at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kaquan.actions.keep_audit import note_decision
from kaquan.store.apps import App
from kaquan.store.tx import Tx
from kaquan.web.desk import Desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

# What is often wrong with a card or a store, told to the merchant in the operator's language.
REASONS = {
    "picture": zh("图片不清晰，或与内容无关"),
    "claim": zh("标题或说明含有夸大或虚假的内容"),
    "terms": zh("使用条件写得不清楚"),
    "category": zh("属于平台不开放的类目"),
    "mark": zh("使用了他人的商标或品牌"),
    "place": zh("地址或联系方式无法核实"),
}
REASON_MOST = 200
REASON_MISSING = zh("请选择或填写理由")


async def account(visit: Desk, appid: str = "") -> App:
    """Return the account that the page is about, the one in its path unless named.

    Raises:
        NotHere: there is none.
    """
    app = await visit.platform.apps.get(appid or visit.path["account"])
    if app is None:
        raise NotHere
    return app


def reason_of(visit: Desk) -> str:
    """Return the reason that a form gives: the one chosen, and what was written."""
    chosen = REASONS.get(visit.form.get("template", ""), "")
    written = " ".join(visit.form.get("reason", "").split())[:REASON_MOST]
    between = "；" if visit.language == "zh" else "; "
    return between.join(one for one in (chosen and visit.text(chosen), written) if one)


def reasons(visit: Desk, *names: str) -> list[tuple[str, str]]:
    """Return the choices of a form's reason, all unless named."""
    return [("", visit.text("（自己填写）")), *((name, visit.text(REASONS[name])) for name in names or REASONS)]


async def decide(
    visit: Desk, app: App, name: str, act: Callable[[Tx], object], target: str, reason: str, **facts: Any
) -> None:
    """Run an action about an account with its lines in the platform's log and the account's, in one transaction.

    Args:
        name: of the change, as in ``web/audit_texts.py``.
        act: what changes; what it raises leaves nothing behind.
        target: what is changed.
        reason: why.
        facts: what else there is to say of it.
    """
    entry = visit.entry(name, target, reason, **facts)

    def both(tx: Tx) -> None:
        act(tx)
        note_decision(tx, app.appid, entry)

    await visit.write(both)
    visit.platform.apps.forget(app.appid)
    visit.platform.wake(app)
