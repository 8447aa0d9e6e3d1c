"""Whether a person may claim a card: each check, and the order in which they answer."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Errcode, Refusal
from kaquan.errors.order import step
from kaquan.rules.claim import (
    CHECKS,
    Card,
    Claim,
    Qr,
    Seen,
    code_given,
    decide,
    first_refusal,
    foresee,
    openid_bound,
    remind,
)
from kaquan.rules.signature import card_ext_signature

NOW, END = 1_500_000_000, 1_600_000_000
CARD, OTHER_CARD = "p" + "A" * 27, "p" + "B" * 27
ANN, BOB = "o" + "A" * 27, "o" + "B" * 27
TICKET = "t" * 86

Changes = dict[str, dict[str, Any]]


def signed(**members: str) -> dict[str, str]:
    """Return a card_ext with these members that was signed with the ticket."""
    ext = {"timestamp": str(NOW), "nonce_str": "n", **members}
    return {**ext, "signature": card_ext_signature(TICKET, CARD, ext)}


def qr(**changes: Any) -> Qr:
    """Return a QR ticket of the card."""
    facts = {"scan_id": "s", "card_id": CARD, "code": "", "openid": "", "outer_str": "", "outer_id": 0, "used_by": ""}
    return msgspec.convert({**facts, "once": False, "expire_time": END, **changes}, Qr)


def situation(*changes: Changes) -> tuple[Claim, Seen]:
    """Return Ann's claim of an approved card with stock, with these changes to the claim, the card and what is seen."""
    card: dict[str, Any] = {"card_id": CARD, "card_type": "GROUPON", "status": "CARD_STATUS_VERIFY_OK"}
    card |= {"use_custom_code": False, "deposit": False, "bind_openid": False, "get_limit": 2, "use_limit": 50}
    card |= {"date_type": "DATE_TYPE_FIX_TIME_RANGE", "begin_time": 0, "end_time": END}
    card |= {"fixed_term": 0, "fixed_begin_term": 0}
    claim: dict[str, Any] = {"card_id": CARD, "openid": ANN, "now": NOW, "tickets": (TICKET,)}
    seen: dict[str, Any] = {"quantity": 10}
    for change in changes:
        claim |= change.get("claim", {})
        card |= change.get("card", {})
        seen |= change.get("seen", {})
    known = None if "unknown" in seen else Card(**card)
    return Claim(**claim), Seen(known, **{name: value for name, value in seen.items() if name != "unknown"})


def verdict(*changes: Changes) -> tuple[int, str, dict[str, Any]] | None:
    """Return errcode, cause and facts of the refusal, None when the claim may be made."""
    refused = decide(*situation(*changes))
    return None if refused is None else (int(refused.errcode), refused.cause, refused.facts)


def status(name: str) -> Changes:
    return {"card": {"status": f"CARD_STATUS_{name}"}}


CUSTOM: Changes = {"card": {"use_custom_code": True}, "claim": {"code": "A1"}}
DEPOSIT: Changes = {"card": {"use_custom_code": True, "deposit": True}}
BOUND: Changes = {"card": {"bind_openid": True}}
TESTER: Changes = {"seen": {"whitelisted": True}}
UNSEARCHED = {"found": [{"mistake": "not_searched"}]}
BAD_SIGNATURE = {**signed(), "signature": "0" * 40}


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [status("DISPATCH")],
        [CUSTOM],
        [CUSTOM, {"claim": {"code": "汉" * 20}}],
        [CUSTOM, {"claim": {"code": "", "card_ext": signed(code="A1")}}],
        [CUSTOM, {"claim": {"code": "", "scan_id": "s"}, "seen": {"qr": qr(code="A1")}}],
        [DEPOSIT],
        [BOUND, {"claim": {"card_ext": signed(openid=ANN)}}],
        [BOUND, {"claim": {"scan_id": "s"}, "seen": {"qr": qr(openid=ANN)}}],
        [{"claim": {"scan_id": "s"}, "seen": {"qr": qr(openid=BOB)}}],
        [{"claim": {"card_ext": signed(outer_str="not signed")}}],
        [{"claim": {"card_ext": signed(), "tickets": ("newer", TICKET)}}],
        [{"seen": {"held": 1, "quantity": 1}}],
        [{"claim": {"now": END}}],
        [{"card": {"end_time": 0}, "claim": {"now": 2**31 - 1}}],
        [TESTER, status("NOT_VERIFY")],
        [TESTER, status("VERIFY_FAIL")],
        [TESTER, {"claim": {"now": END + 1}}],
        [{"claim": {"scan_id": "s"}, "seen": {"qr": qr(expire_time=NOW)}}],
        [{"claim": {"scan_id": "s"}, "seen": {"qr": qr(once=True)}}],
        [{"claim": {"scan_id": "s"}, "seen": {"qr": qr(used_by=BOB)}}],
    ],
)
def test_a_claim_that_breaks_nothing_is_made(changes: list[Changes]) -> None:
    assert verdict(*changes) is None


# What goes wrong, under the check that finds it, in the documented order: changes, errcode, cause, facts beside card_id
FAULTS: dict[str, list[tuple[list[Changes], int, str, dict[str, Any]]]] = {
    "_exists": [
        ([{"seen": {"unknown": True}}], 40073, "unknown", {}),
        ([{"claim": {"scan_id": "s"}}], 40073, "ticket_unknown", {}),
        ([{"claim": {"scan_id": "s"}, "seen": {"qr": qr(card_id=OTHER_CARD)}}], 40073, "ticket_unknown", {}),
    ],
    "_not_closed": [
        ([status("DELETE")], 40078, "deleted", {"status": "CARD_STATUS_DELETE"}),
        ([status("DELETE"), TESTER], 40078, "deleted", {"status": "CARD_STATUS_DELETE"}),
        ([status("SYS_DELETE")], 40078, "deleted", {"status": "CARD_STATUS_SYS_DELETE"}),
        ([status("VERIFY_FAIL")], 40078, "refused", {"status": "CARD_STATUS_VERIFY_FAIL"}),
        ([status("SYS_OFF_SHELF")], 40078, "off_shelf", {"status": "CARD_STATUS_SYS_OFF_SHELF"}),
        ([status("SYS_OFF_SHELF"), TESTER], 40078, "off_shelf", {"status": "CARD_STATUS_SYS_OFF_SHELF"}),
    ],
    "_signed": [
        ([{"claim": {"card_ext": BAD_SIGNATURE}}], 40080, "signature", UNSEARCHED | {"members": sorted(BAD_SIGNATURE)}),
        (
            [{"claim": {"card_ext": signed(), "tickets": ()}}],
            40080,
            "signature",
            UNSEARCHED | {"members": sorted(signed())},
        ),
    ],
    "_code_fits": [
        ([CUSTOM, {"claim": {"code": ""}}], 40116, "missing", {"code": "", "length": 0}),
        ([{"claim": {"code": "A1"}}], 40116, "platform_card", {"code": "A1", "length": 2}),
        ([DEPOSIT, {"claim": {"code": "A1"}}], 40116, "deposit_card", {"code": "A1", "length": 2}),
        ([CUSTOM, {"claim": {"code": "汉" * 21}}], 40116, "too_long", {"code": "汉" * 21, "length": 21}),
        ([CUSTOM, {"claim": {"code": " A1"}}], 40116, "characters", {"code": " A1", "length": 3}),
        ([CUSTOM, {"claim": {"code": "A\n1"}}], 40116, "characters", {"code": "A\n1", "length": 3}),
        ([CUSTOM, {"claim": {"code": "A\u200b1"}}], 40116, "characters", {"code": "A\u200b1", "length": 3}),
    ],
    "_bound": [
        ([BOUND], 40080, "openid_missing", {}),
        (
            [BOUND, {"claim": {"card_ext": signed(openid=BOB)}}],
            40003,
            "bound_to_another",
            {"bound": "oBBB***BBBB", "openid": "oAAA***AAAA"},
        ),
        (
            [BOUND, {"claim": {"scan_id": "s"}, "seen": {"qr": qr(openid=BOB)}}],
            40003,
            "bound_to_another",
            {"bound": "oBBB***BBBB", "openid": "oAAA***AAAA"},
        ),
    ],
    "_approved": [
        (
            [status("NOT_VERIFY")],
            40078,
            "not_verified",
            {"status": "CARD_STATUS_NOT_VERIFY", "openid": "oAAA***AAAA"},
        ),
        (
            [status("NOT_VERIFY"), BOUND, {"claim": {"card_ext": signed(openid=ANN)}}],
            40078,
            "not_verified_bound",
            {"status": "CARD_STATUS_NOT_VERIFY", "openid": "oAAA***AAAA"},
        ),
    ],
    "_in_time": [
        (
            [{"claim": {"scan_id": "s"}, "seen": {"qr": qr(expire_time=NOW - 1)}}],
            40079,
            "ticket_expired",
            {"now": NOW, "end": NOW - 1},
        ),
        (
            [TESTER, {"claim": {"scan_id": "s"}, "seen": {"qr": qr(expire_time=NOW - 1)}}],
            40079,
            "ticket_expired",
            {"now": NOW, "end": NOW - 1},
        ),
        ([{"claim": {"now": END + 1}}], 40079, "card_expired", {"now": END + 1, "end": END}),
    ],
    "_code_free": [
        ([CUSTOM, {"seen": {"code_taken": True}}], 40116, "taken", {"code": "A1"}),
        ([DEPOSIT, {"seen": {"quantity": 0}}], 45031, "pool_empty", {"unstocked": 0}),
        ([DEPOSIT, {"seen": {"quantity": 0, "unstocked": 7}}], 45031, "stock_not_raised", {"unstocked": 7}),
    ],
    "_not_replayed": [
        ([{"claim": {"card_ext": signed()}, "seen": {"signature_used": True}}], 45031, "signature_used", {}),
        (
            [{"claim": {"scan_id": "s"}, "seen": {"qr": qr(once=True, used_by=BOB)}}],
            45033,
            "ticket_used",
            {},
        ),
    ],
    "_within_limit": [
        ([{"seen": {"held": 2}}], 45033, "get_limit", {"get_limit": 2, "held": 2}),
        ([TESTER, {"seen": {"held": 3}}], 45033, "get_limit", {"get_limit": 2, "held": 3}),
    ],
    "_in_stock": [
        ([{"seen": {"quantity": 0}}], 45031, "stock_empty", {"quantity": 0}),
        ([TESTER, {"seen": {"quantity": 0}}], 45031, "stock_empty", {"quantity": 0}),
    ],
}
CASES = [(changes, *answer) for faults in FAULTS.values() for changes, *answer in faults]


def test_the_checks_come_in_the_documented_order() -> None:
    assert list(FAULTS) == [check.__name__ for check, _ in CHECKS]


def test_each_check_declares_the_step_of_its_refusals() -> None:
    found = {check: {(errcode, cause) for _, errcode, cause, _ in faults} for check, faults in FAULTS.items()}
    assert found == {check.__name__: set(step(text).given) for check, text in CHECKS}


@pytest.mark.parametrize(("changes", "errcode", "cause", "facts"), CASES)
def test_a_fault_is_named_with_its_facts(
    changes: list[Changes], errcode: int, cause: str, facts: dict[str, Any]
) -> None:
    named = {} if cause in {"bound_to_another", "ticket_expired"} else {"card_id": CARD}
    assert verdict(*changes) == (errcode, cause, {**named, **facts})


# One fault per check; any two of these can happen together.
ALONE: dict[str, Changes] = {
    "unknown": {"seen": {"unknown": True}},
    "deleted": status("DELETE"),
    "signature": {"claim": {"card_ext": BAD_SIGNATURE}},
    "missing": {"card": {"use_custom_code": True}},
    "bound_to_another": {"card": {"bind_openid": True}, "seen": {"qr": qr(openid=BOB)}, "claim": {"scan_id": "s"}},
    "not_verified": status("NOT_VERIFY"),
    "card_expired": {"claim": {"now": END + 1}},
    "taken": {"seen": {"code_taken": True}},
    "signature_used": {"seen": {"signature_used": True}},
    "get_limit": {"seen": {"held": 2}},
    "stock_empty": {"seen": {"quantity": 0}},
}
PAIRS = [pair for pair in itertools.combinations(ALONE, 2) if pair != ("deleted", "not_verified")]


def test_every_check_takes_part_in_the_pairs() -> None:
    causes = [[fault[2] for fault in faults] for faults in FAULTS.values()]
    assert all(cause in known for cause, known in zip(ALONE, causes, strict=True))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_two_faults_the_earlier_check_answers(first: str, second: str) -> None:
    found = verdict(ALONE[first], ALONE[second])
    assert found is not None
    assert found[1] == first


Held = st.sampled_from(list(ALONE))


@given(st.lists(Held, min_size=1, max_size=6))
def test_the_answer_is_one_of_the_faults_present(faults: list[str]) -> None:
    found = verdict(*(ALONE[fault] for fault in faults))
    assert found is not None
    assert found[1].removesuffix("_bound") in faults


@pytest.mark.parametrize(
    ("changes", "code", "openid"),
    [
        ([], "", ""),
        ([{"claim": {"code": "1"}}], "1", ""),
        ([{"claim": {"card_ext": {"code": "2", "openid": ANN}}}], "2", ANN),
        ([{"seen": {"qr": qr(code="3", openid=BOB)}}], "3", BOB),
        (
            [{"claim": {"code": "1", "card_ext": {"code": "2", "openid": ANN}}, "seen": {"qr": qr(code="3")}}],
            "1",
            ANN,
        ),
        ([{"claim": {"card_ext": {"timestamp": "1"}}, "seen": {"qr": qr(code="3", openid=BOB)}}], "3", BOB),
    ],
)
def test_code_and_openid_come_from_the_call_the_card_ext_or_the_qr_ticket(
    changes: list[Changes], code: str, openid: str
) -> None:
    claim, seen = situation(*changes)
    assert (code_given(claim, seen), openid_bound(claim, seen)) == (code, openid)


@pytest.mark.parametrize(
    ("quantity", "total", "reminded_at", "told"),
    [
        (100, 201, 0, True),
        (101, 201, 0, False),
        (0, 201, 0, True),
        (100, 200, 0, False),
        (100, 201, NOW - 12 * 3600, True),
        (100, 201, NOW - 12 * 3600 + 1, False),
    ],
)
def test_a_low_stock_of_a_large_card_is_reported_every_12_hours(
    quantity: int, total: int, reminded_at: int, told: bool
) -> None:
    assert remind(quantity, total, reminded_at, NOW) is told


def test_whoever_is_not_signed_in_is_told_what_holds_for_anybody() -> None:
    nobody: Changes = {"claim": {"openid": ""}}
    bound: Changes = {"card": {"bind_openid": True}, "claim": {"card_ext": signed(openid=BOB)}}
    assert foresee(*situation(nobody)) is None
    assert foresee(*situation(bound, nobody)) is None
    assert brief_of(foresee(*situation(bound))) == (40003, "bound_to_another")
    assert brief_of(foresee(*situation(nobody, {"seen": {"quantity": 0}}))) == (45031, "stock_empty")
    assert brief_of(foresee(*situation(nobody, status("NOT_VERIFY")))) == (40078, "not_verified")


def brief_of(refused: Refusal | None) -> tuple[int, str] | None:
    """Return errcode and cause of a refusal."""
    return None if refused is None else (int(refused.errcode), refused.cause)


UNKNOWN = Errcode.INVALID_CARD_ID("unknown", card_id="p")
DELETED = Errcode.INVALID_CARD_STATUS("deleted", card_id="p", status="CARD_STATUS_DELETE")
SOLD_OUT = Errcode.STOCK_OUT("stock_empty", card_id="p", quantity=0)
ORIGIN = Errcode.API_UNAUTHORIZED("card_js_domain", host="h", domain="d")
NO_STRING = Errcode.INVALID_CARD_EXT("not_string", path="card_ext")
NO_JSON = Errcode.INVALID_CARD_EXT("not_json", path="card_ext", reason="r")


@pytest.mark.parametrize(
    ("foreseen", "origin", "form", "first"),
    [
        (UNKNOWN, ORIGIN, NO_STRING, NO_STRING),
        (UNKNOWN, ORIGIN, NO_JSON, UNKNOWN),
        (DELETED, ORIGIN, NO_JSON, ORIGIN),
        (DELETED, None, NO_JSON, DELETED),
        (SOLD_OUT, None, NO_JSON, NO_JSON),
        (SOLD_OUT, None, None, SOLD_OUT),
        (None, ORIGIN, None, ORIGIN),
        (None, None, None, None),
    ],
)
def test_the_checks_of_a_page_come_in_their_order(
    foreseen: Refusal | None, origin: Refusal | None, form: Refusal | None, first: Refusal | None
) -> None:
    assert first_refusal(foreseen, origin, form) is first
