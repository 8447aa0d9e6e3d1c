"""Claim a card: the one action behind every way in (QR code, card_ext, plain, pages)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import msgspec

from kaquan.actions.keep_answer import Answers
from kaquan.actions.record import NewId, Record
from kaquan.errors import Refusal
from kaquan.events.catalogue import CardSkuRemind, UserGetCard
from kaquan.rules import claim as rule
from kaquan.rules.claim import OPEN, Card, Claim, Qr, Seen
from kaquan.rules.code import NORMAL
from kaquan.rules.idempotency import Said
from kaquan.rules.validity import code_validity
from kaquan.store import statements as sql
from kaquan.store.hot import Flow, Plan, Query, Rows

NewCode = Callable[[], str]
NewPick = Callable[[], int]
TICKET_LIFE = 7200
OPENID_LENGTH = 28


class Claimed(msgspec.Struct, frozen=True):
    """A code in somebody's hands; the times are UTC seconds."""

    code: str
    begin_time: int
    end_time: int


class CodeRow(msgspec.Struct):
    """A new row of the code table."""

    code: str
    scope: str
    card_id: str
    openid: str
    status: str
    origin: str
    begin_time: int
    end_time: int
    claim_time: int
    event_time: int
    status_time: int
    outer_str: str
    reason: str = ""


class StockRow(msgspec.Struct):
    """What a batch takes from a card's stock."""

    card_id: str
    taken: int
    reminded_at: int


class TakenRow(msgspec.Struct):
    """A deposited code that is handed out."""

    card_id: str
    code: str


class UsedQr(msgspec.Struct):
    """A card of a one-time QR ticket that has served."""

    scan_id: str
    card_id: str
    used_by: str


class UsedSignature(msgspec.Struct):
    """A signature that cannot claim again; kept as long as a ticket can be valid."""

    signature: str
    expire_time: int


class Stock:
    """A card's stock while a batch is decided."""

    def __init__(self, card_id: str, quantity: int, total_quantity: int, reminded_at: int, deposited: int) -> None:
        self.card_id = card_id
        self.quantity = quantity
        self.total_quantity = total_quantity
        self.reminded_at = reminded_at
        self.deposited = deposited
        self.taken = 0


class Batch:
    """The claims of one app that commit together, and what they have seen and done so far."""

    def __init__(self, appid: str, claims: list[Claim], new_code: NewCode, new_id: NewId, new_pick: NewPick) -> None:
        self.appid = appid
        self.claims = claims
        self.new_code = new_code
        self.new_pick = new_pick
        self.record = Record(new_id)
        self.answers = Answers(claims)
        self.stocks: dict[str, Stock] = {}
        self.cards: dict[str, Card] = {}
        self.held: dict[tuple[str, str], int] = defaultdict(int)
        self.last_event: dict[str, int] = defaultdict(int)
        self.taken: set[tuple[str, str]] = set()
        self.whitelist: set[str] = set()
        self.qrs: dict[tuple[str, str], Qr] = {}
        self.signatures: set[str] = set()
        self.pools: dict[str, list[str]] = {}
        self.codes: list[CodeRow] = []
        self.taken_rows: list[TakenRow] = []
        self.used_qrs: list[UsedQr] = []
        self.used_signatures: list[UsedSignature] = []
        self.reminders: dict[str, int] = {}
        self.deliver = False

    def queries(self) -> dict[str, Query]:
        """Return what is read under the stock's lock, the lock first; rare things only where a claim needs them."""
        claims = self.claims
        given = [code for one in claims if (code := rule.code_given(one, Seen(None)))]
        wanted = {
            "stock": (sql.LOCK_STOCK, "cards", sorted({one.card_id for one in claims})),
            "qrs": (sql.LOCK_QR, "scans", sorted({one.scan_id for one in claims if one.scan_id})),
            "callback": (sql.HAS_CALLBACK, "", [""]),
            "cards": (sql.CARDS, "cards", sorted({one.card_id for one in claims})),
            "held": (sql.HELD, "openids", list({one.openid for one in claims})),
            "taken": (sql.TAKEN, "codes", given),
            "signatures": (sql.USED_SIGNATURES, "signatures", [sign for one in claims if (sign := signature(one))]),
        }
        return {
            name: Query(statement, {"appid": self.appid, **({column: values} if column else {})})
            for name, (statement, column, values) in wanted.items()
            if values
        }

    def load(self, rows: dict[str, Rows]) -> None:
        """Take in what was read."""
        self.stocks = {row[0]: Stock(*row) for row in rows["stock"]}
        self.cards = {row[0]: Card(*row) for row in rows["cards"]}
        self.qrs = {(row[0], row[1]): Qr(*row) for row in rows.get("qrs", [])}
        self.deliver = bool(rows["callback"])
        self.taken = {(code, scope) for code, scope in rows.get("taken", [])}
        self.signatures = {row[0] for row in rows.get("signatures", [])}
        for openid, card_id, count, last in rows["held"]:
            self.held[openid, card_id] = count
            self.last_event[openid] = max(self.last_event[openid], last)

    def late_queries(self) -> dict[str, Query]:
        """Return what only the first answers show to be needed: testers of unapproved cards, codes of QR tickets.

        Of a card in deposit mode as many of its free codes as could be claimed.
        """
        wanted: dict[str, Query] = {}
        if any(card.status not in OPEN for card in self.cards.values()):
            wanted["whitelist"] = Query(sql.WHITELIST, {"appid": self.appid})
        if codes := [qr.code for qr in self.qrs.values() if qr.code]:
            wanted["taken"] = Query(sql.TAKEN, {"appid": self.appid, "codes": codes})
        if pooled := [card.card_id for card in self.cards.values() if card.deposit]:
            wanted |= self._pool_queries(pooled)
        return wanted

    def _pool_queries(self, card_ids: list[str]) -> dict[str, Query]:
        asked = Counter(one.card_id for one in self.claims)
        most = {one: min(asked[one], self.stocks[one].quantity) for one in card_ids if one in self.stocks}
        return {
            one: Query(sql.POOL, {"appid": self.appid, "card": one, "start": self.new_pick(), "count": count})
            for one, count in most.items()
            if count
        }

    def load_late(self, rows: dict[str, Rows]) -> None:
        """Take in the late answers."""
        self.whitelist = {row[0] for row in rows.get("whitelist", [])}
        self.taken |= {(code, scope) for code, scope in rows.get("taken", [])}
        self.pools = {name: [row[0] for row in found] for name, found in rows.items() if name in self.cards}

    def claim(self, one: Claim) -> Claimed | Said | Refusal:
        """Decide a claim and, if it may be made, make it."""
        if (said := self.answers.earlier(one.once)) is not None:
            return said
        seen = self.seen(one)
        refused = rule.decide(one, seen)
        if refused is not None:
            self._remind(one)
            return refused
        assert seen.card is not None
        claimed = self._issue(one, seen, seen.card)
        self.answers.keep(one.once, claimed)
        return claimed

    def seen(self, one: Claim) -> Seen:
        """Return what is known when this claim is decided."""
        card = self.cards.get(one.card_id)
        stock = self.stocks.get(one.card_id)
        if card is None or stock is None:
            return Seen(None)
        seen = Seen(
            card,
            stock.quantity,
            one.openid in self.whitelist,
            self.held[one.openid, one.card_id],
            signature_used=signature(one) in self.signatures,
            qr=self.qrs.get((one.scan_id, one.card_id)),
        )
        if card.deposit:
            seen.quantity = len(self.pools.get(card.card_id, ()))
            seen.unstocked = stock.deposited - stock.total_quantity
        seen.code_taken = card.merchant_codes and (rule.code_given(one, seen), card.card_id) in self.taken
        return seen

    def _issue(self, one: Claim, seen: Seen, card: Card) -> Claimed:
        begin, end = code_validity(
            card.date_type, card.begin_time, card.end_time, card.fixed_term, card.fixed_begin_term, one.now
        )
        scope = card.card_id if card.use_custom_code else ""
        code = self._own(one, seen, card) if card.use_custom_code else self._free()
        outer_str = one.outer_str or (seen.qr.outer_str if seen.qr else "")
        outer_id = one.outer_id or (seen.qr.outer_id if seen.qr else 0)
        at = self._event_time(one)
        self.taken.add((code, scope))
        self.held[one.openid, one.card_id] += 1
        self.codes.append(
            CodeRow(code, scope, card.card_id, one.openid, NORMAL, "claim", begin, end, one.now, at, one.now, outer_str)
        )
        event = UserGetCard(CardId=card.card_id, UserCardCode=code, OuterId=outer_id, OuterStr=outer_str)
        self.record.event("claim", event, one.openid, at, card.card_id, code)
        self._use_up(one, seen)
        return Claimed(code, begin, end)

    def _use_up(self, one: Claim, seen: Seen) -> None:
        stock = self.stocks[one.card_id]
        stock.quantity -= 1
        stock.taken += 1
        if seen.qr is not None and seen.qr.once:
            self.qrs[one.scan_id, one.card_id] = msgspec.structs.replace(seen.qr, used_by=one.openid)
            self.used_qrs.append(UsedQr(one.scan_id, one.card_id, one.openid))
        if sign := signature(one):
            self.signatures.add(sign)
            self.used_signatures.append(UsedSignature(sign, one.now + TICKET_LIFE))
        self._remind(one)

    def _own(self, one: Claim, seen: Seen, card: Card) -> str:
        if not card.deposit:
            return rule.code_given(one, seen)
        code = self.pools[card.card_id].pop()
        self.taken_rows.append(TakenRow(card.card_id, code))
        return code

    def _free(self) -> str:
        # One that was given out earlier is found by its unique key; the batch then runs again with other codes.
        code = self.new_code()
        while (code, "") in self.taken:
            code = self.new_code()
        return code

    def _event_time(self, one: Claim) -> int:
        # Receivers tell events apart by openid and CreateTime, so each event of a person has a second of its own.
        at = max(one.now, self.last_event[one.openid] + 1)
        self.last_event[one.openid] = at
        return at

    def _remind(self, one: Claim) -> None:
        stock = self.stocks.get(one.card_id)
        if stock and rule.remind(stock.quantity, stock.total_quantity, stock.reminded_at, one.now):
            stock.reminded_at = one.now
            self.reminders[one.card_id] = stock.quantity

    def reminder_time(self) -> Query:
        """Return the query for the CreateTime of the last of the reminders."""
        now = max(one.now for one in self.claims)
        return Query(sql.SYSTEM_EVENT_TIME, {"appid": self.appid, "now": now, "count": len(self.reminders)})

    def record_reminders(self, last: int) -> None:
        """Record a low stock of each of these cards; ``last`` is the CreateTime of the last of them."""
        for at, (card_id, quantity) in enumerate(self.reminders.items(), last - len(self.reminders) + 1):
            event = CardSkuRemind(CardId=card_id, Detail=f"the card's quantity is equal to {quantity}")
            self.record.event("remind", event, f"o{card_id[1:7]}".ljust(OPENID_LENGTH, "0"), at, card_id)

    def plan(self, outcomes: list[Claimed | Said | Refusal]) -> Plan[Claimed | Said | Refusal]:
        """Return what the batch writes and answers."""
        params = {"appid": self.appid}
        stocks = [StockRow(one.card_id, one.taken, one.reminded_at) for one in self.stocks.values()]
        changes = (
            (sql.TAKE_STOCK, stocks if self.record.lines else []),
            (sql.INSERT_CODE, self.codes),
            (sql.TAKE_POOL, self.taken_rows),
            (sql.USE_QR, self.used_qrs),
            (sql.INSERT_USED_SIGNATURE, self.used_signatures),
        )
        writes = [Query(statement, params, list(rows)) for statement, rows in changes if rows]
        locks = [Query(sql.LOCK_STOCK, {**params, "cards": sorted(self.stocks)})]
        return Plan(
            outcomes,
            writes + self.answers.writes(self.appid) + self.record.writes(self.appid, self.deliver),
            locks + self.record.proof(self.appid),
        )


def signature(one: Claim) -> str:
    """Return the card_ext's signature in the form it is remembered by; empty without one."""
    return str((one.card_ext or {}).get("signature", "")).lower()


def claim_cards(
    appid: str, claims: list[Claim], new_code: NewCode, new_id: NewId, new_pick: NewPick
) -> Flow[Claimed | Said | Refusal]:
    """Claim one code for each, in one transaction; stock, limits and codes are decided under the stock's lock.

    Args:
        appid: the app all the claims belong to.
        claims: in the order in which they are served.
        new_code: gives a random 12-digit code.
        new_id: gives journal ids.
        new_pick: gives a random 63-bit number, from where on deposited codes are taken.

    Returns:
        per claim the code, what its idempotency key was answered with before, or why it is refused.
    """
    batch = Batch(appid, claims, new_code, new_id, new_pick)
    queries = batch.queries()
    rows = yield list(queries.values())
    batch.load(dict(zip(queries, rows, strict=True)))
    if asked := batch.answers.queries(appid):
        batch.answers.load((yield asked)[0])
    if late := batch.late_queries():
        rows = yield list(late.values())
        batch.load_late(dict(zip(late, rows, strict=True)))
    outcomes = [batch.claim(one) for one in claims]
    if batch.reminders:
        ((last,),) = (yield [batch.reminder_time()])[0]
        batch.record_reminders(last)
    return batch.plan(outcomes)
