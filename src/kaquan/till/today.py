"""What the visitor redeemed today, for the end of a shift."""

from __future__ import annotations

import json

from starlette.responses import Response

from kaquan.actions.list_till import redeemed_since
from kaquan.rules.use_time import day_began
from kaquan.sources import wall_clock
from kaquan.web.desk import Desk, desk


@desk("/till/{appid}/today", sees="till.use")
async def today(visit: Desk) -> Response:
    """List it, the newest first."""
    person, appid = visit.require_person(), visit.app.appid
    entries = await visit.read(lambda tx: redeemed_since(tx, appid, person.id, day_began(wall_clock())))
    return visit.show("till/today.html", entries=[(one, json.loads(one.facts)) for one in entries])
