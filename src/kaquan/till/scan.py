"""Read the code in a picture of the till's camera, for browsers that cannot do so themselves."""

from __future__ import annotations

import asyncio
import time

from starlette.responses import Response

from kaquan.rules.read_code import MAX_BYTES, read_code
from kaquan.web.desk import Desk, desk


@desk("/till/{appid}/scan", "POST", sees="till.use", body_limit=MAX_BYTES)
async def scan(visit: Desk) -> Response:
    """Return the code in a picture, empty without one; pictures that come too often are not looked at."""
    if not visit.platform.frames_by_worker.draw(visit.require_person().id, time.monotonic()):
        return visit.answer({"code": "", "slow": True})
    return visit.answer({"code": await asyncio.to_thread(read_code, visit.body)})
