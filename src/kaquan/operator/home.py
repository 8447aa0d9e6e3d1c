"""The first page of the operator's desk: what waits, how much goes on, whether all is well, what was decided last."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_audit import list_audit
from kaquan.actions.keep_members import PLATFORM
from kaquan.actions.look_after import traffic
from kaquan.operator.health import trouble
from kaquan.operator.waiting import COUNTERS
from kaquan.rules.quota import Window
from kaquan.sources import wall_clock
from kaquan.store.tx import Tx
from kaquan.watch.watch import Kept
from kaquan.web.audit_texts import ACTIONS
from kaquan.web.desk import Desk, desk
from kaquan.web.nav import DESKS
from kaquan.web.texts import zh

LATEST = 8
TODAY = Window("day", 86400, 0)
TRAFFIC_SECONDS = 30.0
TRAFFIC = {
    "claim": zh("已领取"),
    "consume": zh("核销数"),
    "gift": zh("转赠"),
    "gift_accept": zh("领取转赠"),
    "delete": zh("用户删除"),
    "create": zh("创建卡券数"),
}


class Tile(msgspec.Struct, frozen=True):
    """Something that waits, with the page where it is decided."""

    path: str
    label: str
    count: int


@desk("/operator", sees="platform.see")
async def home(visit: Desk) -> Response:
    """Show what waits for a decision, today's traffic and how the platform is."""
    tiles, log = await visit.read(lambda tx: (waiting(visit, tx), list_audit(tx, PLATFORM, 0, LATEST)))
    counted = await today(visit)
    return visit.show(
        "operator/home.html",
        tiles=tiles,
        traffic=[(visit.text(label), counted.get(kind, 0)) for kind, label in TRAFFIC.items()],
        trouble=await trouble(visit),
        log=log,
        actions={key: visit.text(text) for key, text in ACTIONS.items()},
    )


def waiting(visit: Desk, tx: Tx) -> list[Tile]:
    """Return what waits on the pages that there are."""
    there = (one for one in COUNTERS if f"/operator/{one.page}" in DESKS)
    return [Tile(f"/operator/{one.page}", visit.text(one.label), one.count(tx)) for one in there]


async def today(visit: Desk) -> dict[str, int]:
    """Return kind of change -> how many there were since midnight of UTC+8, half a minute old at most."""
    watch = visit.platform.watch
    if watch.traffic is None:
        read = visit.platform.store.read
        watch.traffic = Kept(lambda: read(lambda tx: traffic(tx, TODAY.start(wall_clock()))), TRAFFIC_SECONDS)
    found: dict[str, int] = await watch.traffic()
    return found
