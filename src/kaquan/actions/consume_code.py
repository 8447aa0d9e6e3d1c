"""Consume codes: of two concurrent calls for one code exactly one succeeds (spec: codes.md 3)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec

from kaquan.actions.find_code import candidates
from kaquan.actions.keep_answer import Answers
from kaquan.actions.record import NewId, Record
from kaquan.actions.return_gift import returned
from kaquan.errors import Errcode, Refusal
from kaquan.events.catalogue import UserConsumeCard
from kaquan.rules import code as rule
from kaquan.rules.code import Code
from kaquan.rules.gift import Gift
from kaquan.rules.idempotency import Once, Said
from kaquan.store import statements as sql
from kaquan.store.hot import ANEW, Flow, Plan, Query, Rows


class Consume(msgspec.Struct, frozen=True):
    """The wish to redeem one code.

    Args:
        code: its text.
        now: the app's time, UTC seconds.
        card_id: the card, needed for custom codes.
        outer_str: echoed in the event; empty = the claim's channel.
        source: the event's ConsumeSource.
        openid: who alone may redeem it by this command, empty for whoever holds it.
        verify_code, remark_amount: what was typed at a self-service till, or at ours; the amount is fen.
        staff_openid: as whom the app knows who redeems it at a till.
        location_id, location_name: the store, where one was chosen.
        once: the call's idempotency key, None without.
    """

    code: str
    now: int
    card_id: str | None = None
    outer_str: str = ""
    source: str = "FROM_API"
    openid: str = ""
    verify_code: str = ""
    remark_amount: str = ""
    staff_openid: str = ""
    location_id: int = 0
    location_name: str = ""
    once: Once | None = None


class ConsumedRow(msgspec.Struct):
    """What consumption changes in the code table."""

    code: str
    scope: str
    status_time: int
    event_time: int


class EndedGift(msgspec.Struct):
    """A gift that came back since nobody accepted it in time."""

    gift_id: str
    end_time: int


class ReturnedRow(msgspec.Struct):
    """The code of such a gift."""

    code: str
    scope: str


class Wallets:
    """What the holders of the batch's codes hold in all."""

    def __init__(self, rows: Rows) -> None:
        self.count: dict[tuple[str, str], int] = {}
        self.consumed: dict[tuple[str, str], int] = defaultdict(int)
        self.last_event: dict[str, int] = defaultdict(int)
        for openid, card_id, count, consumed, last in rows:
            self.count[openid, card_id] = count
            self.consumed[openid, card_id] = consumed
            self.last_event[openid] = max(self.last_event[openid], last)

    def near_limit(self, codes: dict[str, list[Code]]) -> set[str]:
        """Return the holders with more codes of a card than they may consume."""
        every = (one for found in codes.values() for one in found)
        return {one.openid for one in every if self.count.get((one.openid, one.card_id), 0) > one.use_limit}


class Batch:
    """The consumptions of one app that commit together, and what they have seen and done so far."""

    def __init__(self, appid: str, commands: list[Consume], new_id: NewId) -> None:
        self.params: dict[str, Any] = {"appid": appid, "codes": list({one.code for one in commands})}
        self.reading = [
            Query(sql.LOCK_CODES, self.params),
            Query(sql.WALLETS, self.params),
            Query(sql.HAS_CALLBACK, {"appid": appid}),
        ]
        self.record = Record(new_id)
        self.answers = Answers(commands)
        self.codes: dict[str, list[Code]] = {}
        self.wallets = Wallets([])
        self.gifts: dict[tuple[str, str], Gift] = {}
        self.ended: list[EndedGift] = []
        self.returned: list[ReturnedRow] = []
        self.changes: list[ConsumedRow] = []

    def load(self, codes: Rows, wallets: Rows) -> None:
        """Take in what was read under the codes' locks."""
        self.codes, self.wallets = candidates(codes), Wallets(wallets)

    def gift_queries(self, appid: str) -> list[Query]:
        """Return the query for the gifts of codes that are given away, if there are any."""
        given = [text for text, found in self.codes.items() if any(one.status == rule.GIFTING for one in found)]
        return [Query(sql.OPEN_GIFTS, {"appid": appid, "codes": given})] if given else []

    def load_gifts(self, rows: Rows) -> None:
        """Take in the open gifts."""
        self.gifts = {(gift.code, gift.scope): gift for gift in (Gift(*row) for row in rows)}

    def consume(self, one: Consume) -> Code | Said | Refusal:
        """Decide one command and note down what it changes."""
        if (said := self.answers.earlier(one.once)) is not None:
            return said
        found = rule.pick(self.codes.get(one.code, []), one.code, one.card_id)
        if isinstance(found, Refusal):
            return found
        if one.openid not in {"", found.openid}:
            return Errcode.INVALID_SERIAL_CODE("other_holder", code=one.code, card_id=found.card_id)
        refused = rule.consume_refusal(found, self.wallets.consumed[found.openid, found.card_id], one.now)
        if refused is not None:
            return refused
        self._spend(one, found)
        self.answers.keep(one.once, found)
        return found

    def _event_time(self, one: Consume, openid: str) -> int:
        at = max(one.now, self.wallets.last_event[openid] + 1)
        self.wallets.last_event[openid] = at
        return at

    def _return(self, one: Consume, found: Code) -> None:
        """Bring the code back from a gift that nobody accepted in time, which the merchant is told first."""
        self.returned.append(ReturnedRow(found.code, found.scope))
        gift = self.gifts.pop((found.code, found.scope), None)
        if gift is not None:
            self.ended.append(EndedGift(gift.gift_id, one.now))
            at = self._event_time(one, gift.openid)
            self.record.event("gift_return", returned(gift), gift.openid, at, found.card_id, found.code)

    def _spend(self, one: Consume, found: Code) -> None:
        if found.status == rule.GIFTING:
            self._return(one, found)
        at = self._event_time(one, found.openid)
        self.wallets.consumed[found.openid, found.card_id] += 1
        spent = msgspec.structs.replace(found, status=rule.CONSUMED, status_time=one.now)
        self.codes[one.code] = [spent if other is found else other for other in self.codes[one.code]]
        self.changes.append(ConsumedRow(found.code, found.scope, one.now, at))
        event = UserConsumeCard(
            CardId=found.card_id,
            UserCardCode=found.code,
            ConsumeSource=one.source,
            LocationName=one.location_name,
            StaffOpenId=one.staff_openid,
            VerifyCode=one.verify_code,
            RemarkAmount=one.remark_amount,
            OuterStr=one.outer_str or found.outer_str,
            LocationId=one.location_id,
        )
        self.record.event("consume", event, found.openid, at, found.card_id, found.code)

    def plan(self, outcomes: list[Code | Said | Refusal], deliver: bool) -> Plan[Code | Said | Refusal]:
        """Return what the batch writes and answers."""
        appid = self.params["appid"]
        changes = ((sql.END_GIFT, self.ended), (sql.RETURN_CODE, self.returned), (sql.CONSUME, self.changes))
        writes = [Query(statement, {"appid": appid}, list(rows)) for statement, rows in changes if rows]
        writes += self.answers.writes(appid) + self.record.writes(appid, deliver)
        return Plan(outcomes, writes, [Query(sql.LOCK_CODES, self.params), *self.record.proof(appid)])


def consume_codes(appid: str, commands: list[Consume], new_id: NewId) -> Flow[Code | Said | Refusal]:
    """Consume each code, in one transaction under the codes' locks.

    Args:
        appid: the app all the codes belong to.
        commands: in the order in which they are served.
        new_id: gives journal ids.

    Returns:
        per command the code as it was, what its key was answered with before, or why it cannot be consumed.
    """
    batch = Batch(appid, commands, new_id)
    locked, wallets, callbacks = yield batch.reading
    batch.load(locked, wallets)
    held: set[str] = set()
    while not (near := batch.wallets.near_limit(batch.codes)) <= held:
        held |= near
        lock = Query(sql.LOCK_WALLETS, {**batch.params, "openids": sorted(held)})
        _, _, locked, wallets, callbacks = yield [ANEW, lock, *batch.reading]
        batch.load(locked, wallets)
    if given := batch.gift_queries(appid):
        batch.load_gifts((yield given)[0])
    if asked := batch.answers.queries(appid):
        batch.answers.load((yield asked)[0])
    return batch.plan([batch.consume(one) for one in commands], bool(callbacks))
