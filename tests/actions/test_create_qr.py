"""QR tickets in the database: how many an account may have."""

from __future__ import annotations

from card_bodies import NOW

from kaquan.actions.create_qr import count_live, create_qr
from kaquan.errors import Refusal
from kaquan.rules.qr import FOREVER, Wish
from support.database import Database
from support.run import run
from support.shop import APPID, CARD, shop

LIMIT = 3


def test_an_account_has_only_so_many_live_tickets(database: Database) -> None:
    async def scenario() -> list[str]:
        async with shop(database) as opened:
            told = []
            # The first two have ended when the last ones are made.
            for number, now in enumerate((NOW, NOW, NOW + 90, NOW + 90, NOW + 90, NOW + 90)):
                name, wish = f"s{number}", Wish(CARD)
                try:
                    args = (name, [wish], 60, now, LIMIT)
                    await opened.store.write(lambda tx, args=args: create_qr(tx, APPID, *args))
                    told.append("made")
                except Refusal as refused:
                    told.append(f"{refused.errcode} {refused.cause}")
            return told

    assert run(scenario()) == ["made", "made", "made", "made", "made", "45029 live_tickets"]


def test_what_never_ends_does_not_count(database: Database) -> None:
    async def scenario() -> int:
        async with shop(database) as opened:
            await opened.store.write(lambda tx: create_qr(tx, APPID, "shelf", [Wish(CARD)], FOREVER - NOW, NOW))
            await opened.store.write(lambda tx: create_qr(tx, APPID, "wall", [Wish(CARD)], 60, NOW))
            return int(await opened.store.read(lambda tx: count_live(tx, APPID, NOW, LIMIT)))

    assert run(scenario()) == 1
