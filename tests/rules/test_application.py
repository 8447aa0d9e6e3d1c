"""Applications: who moves which where, what each asks, and what is taken as a paper."""

from __future__ import annotations

import io
import itertools

import pytest
from PIL import Image

from kaquan.rules import application as rule
from kaquan.rules.application import BALANCE, CARD, CUSTOM_CODE, KINDS, MOVES, STATES, Submission
from kaquan.rules.categories import categories
from kaquan.rules.paper import MAX_BYTES, PaperFault, file_name, paper_of

VALUES = {
    "subject_type": "enterprise",
    "subject_name": "熊猫茶馆有限公司",
    "credential_number": "91110000MA0000000X",
    "category": "202",
    "contact_name": "李娜",
    "contact_phone": "+86 138-0000-0000",
    "contact_email": "li.na@panda.example",
    "agreed": "1",
}
PAPERS = {"credential_scan": ["a"]}
FOOD = Submission(
    {**VALUES, "category": "104", "food_service_license_id": "JY1"},
    {"credential_scan": ["a"], "food_service_license_bizmedia_id": ["b"]},
)
POSSIBLE = {
    "reviewed": {
        ("none", "submit"): "pending",
        ("refused", "submit"): "pending",
        ("pending", "withdraw"): "none",
        ("pending", "approve"): "granted",
        ("pending", "refuse"): "refused",
        ("granted", "suspend"): "suspended",
        ("suspended", "restore"): "granted",
    },
    "at once": {
        ("none", "switch_on"): "granted",
        ("refused", "switch_on"): "granted",
        ("pending", "withdraw"): "none",
        ("pending", "approve"): "granted",
        ("pending", "refuse"): "refused",
        ("granted", "suspend"): "suspended",
        ("suspended", "restore"): "granted",
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_application_moves_along_the_table_and_no_other_way(kind: str) -> None:
    possible = dict(POSSIBLE["reviewed" if KINDS[kind].reviewed else "at once"])
    if kind == CARD:
        possible = {step: after for step, after in possible.items() if step[1] not in {"suspend", "restore"}}
    found = {
        (state, move): MOVES[move].after
        for state, move in itertools.product(STATES, MOVES)
        if rule.may_move(kind, move, state)
    }
    assert found == possible


def test_merchants_ask_and_operators_decide() -> None:
    by = {name: move.by for name, move in MOVES.items()}
    assert [name for name, who in by.items() if who == "merchant"] == ["submit", "withdraw", "switch_on"]
    assert [name for name, who in by.items() if who == "operator"] == ["approve", "refuse", "suspend", "restore"]
    assert {"refuse", "suspend", "restore"} == rule.NEEDS_REASON


@pytest.mark.parametrize(
    ("held", "kept", "state"),
    [
        (True, "none", "granted"),
        (True, "suspended", "granted"),
        (False, "granted", "none"),
        *((False, one, one) for one in ("none", "pending", "refused", "suspended")),
    ],
)
def test_what_calls_are_let_through_by_decides_how_a_permission_stands(held: bool, kept: str, state: str) -> None:
    assert rule.state_of(held, kept) == state


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        ({"subject_type": "club"}, {"subject_type": "missing"}),
        ({"subject_name": ""}, {"subject_name": "missing"}),
        ({"subject_name": "熊" * 61}, {"subject_name": "too_long"}),
        ({"credential_number": "12"}, {"credential_number": "shape"}),
        ({"category": "999"}, {"category": "missing"}),
        ({"contact_phone": "call me"}, {"contact_phone": "shape"}),
        ({"contact_email": "li.na"}, {"contact_email": "shape"}),
        ({"contact_email": "a@b"}, {"contact_email": "shape"}),
        ({"agreed": ""}, {"agreed": "missing"}),
        (
            {"category": "101"},
            {"food_service_license_id": "missing", "food_service_license_bizmedia_id": "missing"},
        ),
    ],
)
def test_a_basic_application_is_complete(changes: dict[str, str], faults: dict[str, str]) -> None:
    assert rule.faults(CARD, Submission({**VALUES, **changes}, PAPERS)) == faults


@pytest.mark.parametrize(
    ("kind", "sent", "faults"),
    [
        (CARD, FOOD, {}),
        (CARD, Submission(VALUES), {"credential_scan": "missing"}),
        (CARD, Submission(VALUES, {"credential_scan": list("abcdefghijk")}), {"supplement": "too_many"}),
        (
            BALANCE,
            Submission(),
            {"filing_number": "missing", "filing_authority": "missing", "filing_scan": "missing"},
        ),
        (BALANCE, Submission({"filing_number": "1", "filing_authority": "x"}, {"filing_scan": ["a"]}), {}),
        (CUSTOM_CODE, Submission(), {"agreed": "missing"}),
        ("bonus", Submission({"purpose": "x\ny"}), {}),
        ("bonus", Submission({"purpose": "x" * 1001}), {"purpose": "too_long"}),
    ],
)
def test_papers_and_texts_are_asked_for(kind: str, sent: Submission, faults: dict[str, str]) -> None:
    assert rule.faults(kind, sent) == faults


def test_a_category_asks_for_what_getapplyprotocol_lists() -> None:
    for kind in (one for line in categories() for one in line["secondary_category"]):
        category = str(kind["secondary_category_id"])
        asked = {field.name for field in rule.fields_of(CARD, category)} | set(rule.slots_of(CARD, category))
        assert asked - {field.name for field in KINDS[CARD].fields} - {"credential_scan"} == set(
            kind["need_qualification_stuffs"]
        )
        assert rule.prepaid_allowed(category) == bool(kind["can_choose_prepaid_card"])


def test_licences_of_a_category_that_was_left_fall_away() -> None:
    left = Submission({**FOOD.values, "category": "202", "evil": "x"}, {**FOOD.papers, "evil": ["x"]})
    assert rule.trimmed(CARD, left) == Submission({**VALUES}, PAPERS)


def test_what_changed_between_two_submissions_is_named() -> None:
    before, after = Submission(VALUES, PAPERS), Submission({**VALUES, "contact_name": "王"}, {"credential_scan": ["b"]})
    assert rule.changed(before, after) == {"contact_name", "credential_scan"}


@pytest.mark.parametrize(
    ("kind", "function", "category", "lock"),
    [
        (CARD, "none", "", ""),
        *(
            (kind, state, "101", "function")
            for kind in (BALANCE, CUSTOM_CODE)
            for state in ("none", "pending", "refused")
        ),
        (BALANCE, "granted", "101", ""),
        (BALANCE, "granted", "", ""),
        (BALANCE, "granted", "602", "category"),
        (CUSTOM_CODE, "granted", "602", ""),
    ],
)
def test_the_card_function_comes_first_and_not_every_category_may_have_stored_value(
    kind: str, function: str, category: str, lock: str
) -> None:
    assert rule.lock_of(kind, function, category) == lock


def picture(kind: str) -> bytes:
    """Return a picture with something behind it, as polyglots have."""
    out = io.BytesIO()
    Image.new("RGB", (20, 20), 3).save(out, kind)
    return out.getvalue() + b"<script>alert(1)</script>"


def test_a_picture_is_drawn_anew_and_what_hides_behind_it_is_gone() -> None:
    for kind, media_type in (("JPEG", "image/jpeg"), ("PNG", "image/png")):
        found, body = paper_of(picture(kind))
        assert (found, b"script" in body) == (media_type, False)


def test_a_pdf_is_known_by_its_signature() -> None:
    body = b"%PDF-1.7\n<script>alert(1)</script>"
    assert paper_of(body) == ("application/pdf", body)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<!doctype html><script>alert(1)</script>", "wrong_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "wrong_kind"),
        (b"GIF89a" + b"\0" * 40, "wrong_kind"),
        (b"PK\x03\x04", "wrong_kind"),
        (b"\n%PDF-1.7", "wrong_kind"),
        (b"\x89PNG\r\n\x1a\n", "wrong_kind"),
        (b"", "wrong_kind"),
        (b"%PDF-" + b"x" * MAX_BYTES, "too_large"),
    ],
)
def test_anything_else_is_not_taken(body: bytes, fault: str) -> None:
    with pytest.raises(PaperFault, match=fault):
        paper_of(body)


@pytest.mark.parametrize(
    ("name", "media_type", "saved"),
    [
        ("营业执照.jpg", "image/jpeg", "营业执照.jpg"),
        ("evil.html", "application/pdf", "evil.pdf"),
        ("../../etc/passwd", "image/png", "etc_passwd.png"),
        ("a\r\nset-cookie: x\u202egpj.exe", "image/jpeg", "a_set-cookie_ x_gpj.jpg"),
        ("", "image/png", "paper.png"),
        ("x" * 300, "image/png", "x" * 80 + ".png"),
    ],
)
def test_a_paper_is_saved_under_its_name_with_the_ending_of_what_it_is(name: str, media_type: str, saved: str) -> None:
    assert file_name(name, media_type) == saved
