"""The stores where a card is used, as its page shows them."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.rules.card_content import BaseInfo
from kaquan.rules.store import APPROVED
from kaquan.store import tables
from kaquan.store.tx import Tx

MOST = 100


class ShownStore(msgspec.Struct, frozen=True):
    """What of a store is shown; any of it may be empty but the name."""

    business_name: str
    branch_name: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    address: str = ""
    telephone: str = ""
    open_time: str = ""

    @property
    def name(self) -> str:
        """Return its name with its branch's."""
        return f"{self.business_name}（{self.branch_name}）" if self.branch_name else self.business_name

    @property
    def place(self) -> str:
        """Return where it is; what the address or the city repeats is said once."""
        city = "" if self.city == self.province else self.city
        parts = [part for part in (self.province, city, self.district) if part and not self.address.startswith(part)]
        return "".join(parts) + self.address


_stores = msgspec.json.Decoder(ShownStore)


def list_card_stores(tx: Tx, appid: str, base: BaseInfo) -> tuple[list[ShownStore], int]:
    """Return the approved stores of a card, at most a hundred, and how many there are."""
    table = tables.poi.c
    wanted = (table.appid == appid) & (table.status == APPROVED)
    if not base.use_all_locations:
        if not base.location_id_list:
            return [], 0
        wanted &= table.poi_id.in_(sorted(set(base.location_id_list)))
    page = sa.select(table.content).where(wanted).order_by(table.create_time, table.poi_id).limit(MOST)
    shown = [_stores.decode(row[0]) for row in tx.all(page)]
    if len(shown) < MOST:
        return shown, len(shown)
    total = tx.one(sa.select(sa.func.count()).select_from(tables.poi).where(wanted))
    return shown, total[0] if total else 0
