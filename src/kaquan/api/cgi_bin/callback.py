"""``/cgi-bin/callback/*``: the network check of the callback (spec: auth_and_signatures.md 3)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.manage_app import callback_url
from kaquan.api.call import Call
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.events.reach import Probe, find_addresses, probe
from kaquan.rules.fields import OneOf

DNS, PING, ALL = "dns", "ping", "all"
OPERATOR = "DEFAULT"
OPERATORS = ("CHINANET", "UNICOM", "CAP", OPERATOR)


class Check(msgspec.Struct):
    """Body of ``check``."""

    action: Annotated[str, OneOf((DNS, PING, ALL), Errcode.INVALID_CHECK_ACTION)]
    check_operator: Annotated[str, OneOf(OPERATORS, Errcode.INVALID_CHECK_OPERATOR)] = OPERATOR


@endpoint("/cgi-bin/callback/check", reads=Check, refuses=("40201 no_callback", "40201 address_refused"))
async def check(call: Call, request: Check) -> dict[str, Any]:
    """Look the callback's host up and connect to it; no errcode, as in the original."""
    allow_private = call.platform.settings.allow_private_callbacks
    url = await call.read(lambda tx: callback_url(tx, call.appid))
    if not url:
        raise Errcode.INVALID_CALLBACK_URL("no_callback", appid=call.appid)
    found = await find_addresses(url, allow_private)
    answer: dict[str, Any] = {}
    if request.action != PING:
        answer["dns"] = [{"ip": ip, "real_operator": OPERATOR} for ip in found]
    if request.action != DNS:
        operator = request.check_operator or OPERATOR
        answer["ping"] = [pinged(one, operator) for one in await probe(url, found, allow_private)]
    return answer


def pinged(one: Probe, operator: str) -> dict[str, str]:
    """Return a probe as the wire shows it, misspelling included."""
    loss = "0%" if one.reached else "100%"
    return {"ip": one.ip, "from_operator": operator, "package_loss": loss, "time": f"{one.millis:.3f}ms"}
