"""The first page of the operator's desk."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.web.desk import Desk, desk


@desk("/operator", sees="platform.see")
async def home(visit: Desk) -> Response:
    """Show what waits for a decision."""
    return visit.show("operator/home.html")
