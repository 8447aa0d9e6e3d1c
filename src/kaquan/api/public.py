"""What anybody may fetch: health and pictures."""

from __future__ import annotations

from kaquan.actions.keep_image import load_image
from kaquan.api.call import Call
from kaquan.api.encode import Raw
from kaquan.api.route import endpoint

YEAR = 365 * 86400
HEALTHY = Raw(b"ok\n", "text/plain; charset=utf-8")


@endpoint("/healthz", "GET", token=False)
async def healthz(call: Call) -> Raw:
    """Say that this process answers."""
    return HEALTHY


@endpoint("/image/", "GET", token=False)
async def image(call: Call) -> Raw:
    """Serve an uploaded picture; it never changes, since its address is its digest."""
    appid, _, digest = call.path.removeprefix("/image/").partition("/")
    found = await call.read(lambda tx: load_image(tx, appid, digest))
    if found is None:
        return Raw(b"", "text/plain", status=404)
    return Raw(found[1], found[0], cache_seconds=YEAR)
