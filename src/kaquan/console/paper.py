"""The papers of an account's applications, for its owners."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.web.desk import Desk, desk
from kaquan.web.paper import download


@desk("/console/{appid}/applications/papers/{digest}", sees="application.submit")
async def paper(visit: Desk) -> Response:
    """Return one to be saved."""
    return await download(visit, visit.app.appid)
