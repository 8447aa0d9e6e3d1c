"""The audit log of an account or of the platform: the page is the same at both."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from starlette.responses import Response

from kaquan.actions.keep_audit import list_audit
from kaquan.web.audit_texts import ACTIONS
from kaquan.web.desk import ROLE_NAMES, Desk

PAGE = 50


async def audit(visit: Desk) -> Response:
    """Show what was changed, the newest first."""
    asked = visit.query
    before = int(asked["before"]) if asked.get("before", "").isascii() and asked.get("before", "").isdigit() else 0
    kind, name = asked.get("action", ""), asked.get("name", "")
    appid = visit.call.appid
    found = await visit.read(lambda tx: list_audit(tx, appid, before, PAGE + 1, kind, name))
    more = urlencode({"action": kind, "name": name, "before": found[PAGE - 1].id}) if len(found) > PAGE else ""
    return visit.show(
        "web/audit.html",
        entries=[(one, _facts(one.facts)) for one in found[:PAGE]],
        more=more,
        actions={key: visit.text(text) for key, text in ACTIONS.items()},
        role_names={role: visit.text(text) for role, text in ROLE_NAMES.items()},
        asked={"action": kind, "name": name},
    )


def _facts(text: str) -> str:
    facts = json.loads(text)
    return "; ".join(f"{name}: {value}" for name, value in facts.items() if value != "")
