"""The scripts that pages of merchants load (spec: jssdk_and_pages.md 1)."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.jssdk.files import FOLDER, script, tag
from kaquan.web.page import page
from kaquan.web.visit import NotHere, Visit

HOUR = 3600
# A script element with ``crossorigin`` asks whether it may read what it loads; the scripts are the same for everybody.
HEADERS = {
    "access-control-allow-origin": "*",
    "cache-control": f"public, max-age={HOUR}",
    "cross-origin-resource-policy": "cross-origin",
}


@page(FOLDER + "{name}")
async def scripts(visit: Visit) -> Response:
    """Serve a script."""
    body = script(visit.path["name"], visit.platform.settings.base_url)
    if body is None:
        raise NotHere
    headers = {**HEADERS, "etag": tag(body)}
    if visit.request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/javascript", headers=headers)
