"""Consume codes: of two concurrent calls for one code exactly one succeeds (spec: codes.md 3)."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from kaquan.actions.find_code import candidates
from kaquan.actions.record import NewId, Record
from kaquan.errors import Refusal
from kaquan.events.catalogue import UserConsumeCard
from kaquan.rules import code as rule
from kaquan.rules.code import Code
from kaquan.store import statements as sql
from kaquan.store.hot import Flow, Plan, Query, Rows


class Consume(msgspec.Struct, frozen=True):
    """The wish to redeem one code.

    Args:
        code: its text.
        now: the app's time, UTC seconds.
        card_id: the card, needed for custom codes.
        outer_str: echoed in the event; empty = the claim's channel.
        source: the event's ConsumeSource.
    """

    code: str
    now: int
    card_id: str | None = None
    outer_str: str = ""
    source: str = "FROM_API"


class ConsumedRow(msgspec.Struct):
    """What consumption changes in the code table."""

    code: str
    scope: str
    status_time: int
    event_time: int


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

    def near_limit(self, codes: dict[str, list[Code]]) -> list[str]:
        """Return the holders with more codes of a card than they may consume."""
        every = (one for found in codes.values() for one in found)
        return sorted({one.openid for one in every if self.count.get((one.openid, one.card_id), 0) > one.use_limit})

    def recount(self, rows: Rows) -> None:
        """Count anew what was consumed, now that the codes are locked."""
        for openid, card_id, _ in rows:
            self.consumed[openid, card_id] = 0
        for openid, card_id, status in rows:
            self.consumed[openid, card_id] += status == rule.CONSUMED


def consume_codes(appid: str, commands: list[Consume], new_id: NewId) -> Flow[Code | Refusal]:
    """Consume each code, in one transaction under the codes' locks.

    Args:
        appid: the app all the codes belong to.
        commands: in the order in which they are served.
        new_id: gives journal ids.

    Returns:
        per command the code as it was, or why it cannot be consumed.
    """
    params = {"appid": appid, "codes": list({one.code for one in commands})}
    locked, wallet_rows, callbacks = yield [
        Query(sql.LOCK_CODES, params),
        Query(sql.WALLETS, params),
        Query(sql.HAS_CALLBACK, {"appid": appid}),
    ]
    codes, wallets = candidates(locked), Wallets(wallet_rows)
    if near := wallets.near_limit(codes):
        (held,) = yield [Query(sql.LOCK_WALLETS, {"appid": appid, "openids": near})]
        wallets.recount(held)
    record = Record(new_id)
    changes: list[ConsumedRow] = []
    outcomes = [consume(one, codes, wallets, record, changes) for one in commands]
    writes = [Query(sql.CONSUME, {"appid": appid}, list(changes))] if changes else []
    proof = [Query(sql.LOCK_CODES, params), *record.proof(appid)]
    return Plan(outcomes, writes + record.writes(appid, bool(callbacks)), proof)


def consume(
    one: Consume, codes: dict[str, list[Code]], wallets: Wallets, record: Record, changes: list[ConsumedRow]
) -> Code | Refusal:
    """Decide one command and note down what it changes."""
    found = rule.pick(codes.get(one.code, []), one.code, one.card_id)
    if isinstance(found, Refusal):
        return found
    holder = (found.openid, found.card_id)
    refused = rule.consume_refusal(found, wallets.consumed[holder], one.now)
    if refused is not None:
        return refused
    at = max(one.now, wallets.last_event[found.openid] + 1)
    wallets.last_event[found.openid] = at
    wallets.consumed[holder] += 1
    spent = msgspec.structs.replace(found, status=rule.CONSUMED, status_time=one.now)
    codes[one.code] = [spent if other is found else other for other in codes[one.code]]
    changes.append(ConsumedRow(found.code, found.scope, one.now, at))
    event = UserConsumeCard(
        CardId=found.card_id,
        UserCardCode=found.code,
        ConsumeSource=one.source,
        OuterStr=one.outer_str or found.outer_str,
    )
    record.event("consume", event, found.openid, at, found.card_id, found.code)
    return found
