"""What watches the platform asks: whether a process is ready, and its metrics (docs: operating.md)."""

from __future__ import annotations

import hmac

import msgspec

from kaquan.api.call import LOOPBACK, Call
from kaquan.api.encode import JSON, Raw, encode
from kaquan.api.route import endpoint
from kaquan.watch.exposition import CONTENT_TYPE

BEARER = "Bearer "
FORBIDDEN = Raw(b"from this machine, or with the token of KAQUAN_METRICS_TOKEN\n", "text/plain", status=403)


@endpoint("/readyz", "GET", token=False)
async def readyz(call: Call) -> Raw:
    """Say whether this process is to be sent requests, and to those who may know it why."""
    checks = await call.platform.watch.ready()
    ready = all(one.ok for one in checks.values())
    told = {name: msgspec.structs.asdict(one) for name, one in checks.items()} if may_watch(call) else None
    body = encode({"ready": ready, **({"checks": told} if told else {})})
    return Raw(body, JSON.decode(), status=200 if ready else 503)


@endpoint("/metrics", "GET", token=False)
async def metrics(call: Call) -> Raw:
    """Tell Prometheus what the processes of this machine have counted."""
    return Raw(await call.platform.watch.scrape(), CONTENT_TYPE) if may_watch(call) else FORBIDDEN


def may_watch(call: Call) -> bool:
    """Tell whether a caller may know how the platform is: somebody on this machine, or with the token."""
    token, given = call.platform.settings.metrics_token, call.header("authorization")
    if token and hmac.compare_digest(given.encode(), (BEARER + token).encode()):
        return True
    return call.client_ip in LOOPBACK
