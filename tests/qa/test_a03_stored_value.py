"""A3: stored value takes the prepaid-card filing and a review; before that 43010 names the permission and its state."""

from __future__ import annotations

from typing import Any

from qa.apply import Applicant, follows
from support.server import Server

MEMBER_CARD: dict[str, Any] = {"card": {"card_type": "MEMBER_CARD", "member_card": {"supply_balance": True}}}
PLACE = "card.member_card.supply_balance"


def told(merchant: Applicant) -> dict[str, str]:
    """Return the explanation of a member card with stored value that is refused."""
    return merchant.desk.refused("/card/create", MEMBER_CARD)


def given(merchant: Applicant) -> str:
    """Return errcode and cause of that refusal."""
    refused = told(merchant)
    return f"{refused['answer'].partition(' ')[0]} {refused['cause']}"


def test_the_filing_is_handed_in_reviewed_and_taken_away_again(server: Server) -> None:
    merchant = Applicant(server).with_cards()
    assert follows(lambda: told(merchant)["answer"].startswith("43010"))
    assert told(merchant) == {
        "answer": "43010 can not use balance, need authorize",
        "cause": "permission_missing",
        "zh": f"{PLACE} 是 true，而本账号没有储值权限（balance）。",
        "path": PLACE,
        "expected": "false, or the permission",
        "got": "true",
        "repair": '"supply_balance": false',
    }
    assert merchant.apply_for_stored_value() == 303
    assert follows(lambda: given(merchant) == "43010 permission_pending")
    merchant.decided("balance", "refuse", "备案号不存在")
    assert follows(lambda: given(merchant) == "43010 permission_refused")
    assert merchant.apply_for_stored_value() == 303
    merchant.decided("balance", "approve")
    # Member cards themselves are not built.
    assert follows(lambda: given(merchant) == "48001 not_implemented")
    merchant.decided("balance", "suspend", "备案已注销")
    assert follows(lambda: given(merchant) == "43010 permission_suspended")
    assert told(merchant)["zh"] == f"{PLACE} 是 true，而本账号的储值权限（balance）被平台暂停。"


def test_the_filing_has_a_number_and_a_paper(sqlite_server: Server) -> None:
    merchant = Applicant(sqlite_server).with_cards()
    assert merchant.owner.post(merchant.page("balance"), step="submit", filing_number="1") == 200
    assert merchant.owner.page.count("请填写或选择") == 2
    assert told(merchant)["cause"] == "permission_missing"
