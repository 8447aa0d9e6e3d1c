"""Pages that are tried too often: how long to wait, and how it is said."""

from __future__ import annotations

from kaquan.actions.throttle import try_once
from kaquan.rules.throttle import Limit
from kaquan.sources import wall_clock
from kaquan.store.tx import Tx
from kaquan.web.visit import Visit


async def too_often(visit: Visit, limits: dict[str, Limit]) -> str:
    """Count a try on each of these limits, and say how long to wait where it comes too early; empty where it does not.

    Args:
        visit: in whose language it is said.
        limits: by the name under which tries are counted.
    """
    now = wall_clock()

    def try_all(tx: Tx) -> int:
        return max([try_once(tx, name, limit, now) for name, limit in limits.items()])

    wait = await visit.write(try_all)
    return visit.text("尝试太频繁，请 {minutes} 分钟后再试", minutes=-(-wait // 60)) if wait else ""
