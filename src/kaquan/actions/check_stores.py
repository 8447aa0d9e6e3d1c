"""Whether the stores that a card names can be named (spec: cards.md 3.2, 3.7)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.errors.change import Change
from kaquan.rules.store import DELETED, REFUSED
from kaquan.store import tables
from kaquan.store.tx import Tx

MOST = 1000
UNUSABLE: dict[str | None, str] = {None: "unknown", DELETED: "deleted", REFUSED: "refused"}


def check_stores(tx: Tx, appid: str, ids: Sequence[int], path: str) -> None:
    """Go on only if the account has each of these stores; none of them is deleted until the commit.

    A card that is changed is locked after this call, never before it: who deletes a store locks the store first.

    Args:
        ids: the ``location_id_list``, zeros taken out; stores under review count.
        path: its JSON path.

    Raises:
        Refusal: 45025 too many, 40098 the first that is unknown, deleted or was refused in its review.
    """
    if len(ids) > MOST:
        facts = {"path": path, "expected": f"at most {MOST}", "got": f"list of {len(ids)}", "limit": MOST}
        raise Errcode.TOO_MANY_POIS("too_many", **facts)
    states = _states(tx, appid, ids) if ids else {}
    for poi_id in ids:
        state = states.get(poi_id)
        if state in UNUSABLE:
            repair = Change("take", poi_id).text(path)
            raise Errcode.INVALID_POI_ID(UNUSABLE[state], path=path, poi_id=poi_id, repair=repair)


def _states(tx: Tx, appid: str, ids: Sequence[int]) -> dict[int, str]:
    table = tables.poi.c
    wanted = (table.appid == appid) & table.poi_id.in_(sorted(set(ids)))
    rows = tx.all(sa.select(table.poi_id, table.status).where(wanted).order_by(table.poi_id).with_for_update(read=True))
    return {row.poi_id: row.status for row in rows}
