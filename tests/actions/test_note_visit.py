"""What a merchant is told of a holder who looks at a card or turns to the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from kaquan.actions.note_visit import enter_session, note_view
from kaquan.actions.record import Record
from kaquan.errors import Refusal
from kaquan.store import tables
from support.database import Database
from support.run import run
from support.shop import APPID, CARD, Shop, fields, shop, wish

EVENTS = {
    note_view: ("user_view_card", {"CardId": CARD, "UserCardCode": "000000000001", "OuterStr": "poster"}),
    enter_session: ("user_enter_session_from_card", {"CardId": CARD, "UserCardCode": "000000000001"}),
}
Note = Callable[..., None]


async def claimed(opened: Shop) -> None:
    assert await opened.claim(wish("oMe", outer_str="poster")) == ["000000000001"]


@pytest.mark.parametrize("note", EVENTS)
def test_every_visit_is_an_event_with_a_second_of_its_own(database: Database, note: Note) -> None:
    async def scenario() -> list[Any]:
        async with shop(database) as opened:
            await claimed(opened)
            for _ in range(2):
                record = Record(opened.new_id)
                await opened.store.write(
                    lambda tx, record=record: note(tx, APPID, "oMe", CARD, "000000000001", NOW, record)
                )
            return opened.rows(tables.journal, "event", "create_time", "openid", "fields")[-2:]

    name, told = EVENTS[note]
    first, second = run(scenario())
    assert [(event, openid, fields(text)) for event, _, openid, text in (first, second)] == [(name, "oMe", told)] * 2
    assert second[1] == first[1] + 1


@pytest.mark.parametrize("note", EVENTS)
def test_nobody_is_told_of_a_stranger(database: Database, note: Note) -> None:
    async def scenario() -> tuple[str, int]:
        async with shop(database) as opened:
            await claimed(opened)
            record = Record(opened.new_id)
            with pytest.raises(Refusal) as refused:
                await opened.store.write(lambda tx: note(tx, APPID, "oOther", CARD, "000000000001", NOW, record))
            count = sa.select(sa.func.count()).select_from(tables.outbox)
            told = await opened.store.read(lambda tx: tx.one(count)[0])
            return f"{refused.value.errcode:d} {refused.value.cause}", told

    # The claim's own event alone waits.
    assert run(scenario()) == ("40056 other_holder", 1)
