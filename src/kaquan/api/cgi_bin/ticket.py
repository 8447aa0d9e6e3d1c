"""``/cgi-bin/ticket/*``: the tickets that sign page calls (spec: auth_and_signatures.md 2)."""

from __future__ import annotations

from typing import Any

from kaquan.actions.issue_credential import TICKETS, ticket
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode


@endpoint("/cgi-bin/ticket/getticket", "GET", "POST", refuses=("40097 ticket_type",))
async def getticket(call: Call) -> dict[str, Any]:
    """Return the standing ticket of a kind, ``jsapi`` or ``wx_card``, and how many seconds it lasts."""
    kind = call.query.get("type", "")
    if kind not in TICKETS:
        raise Errcode.INVALID_ARGS("ticket_type", type=kind[:40], known=", ".join(TICKETS))
    credential = await call.write(lambda tx: ticket(tx, call.appid, kind, call.now))
    call.platform.apps.forget(call.appid)
    text = call.platform.tokens.ticket(call.appid, credential)
    return ok(ticket=text, expires_in=credential.ends_at - call.now)
