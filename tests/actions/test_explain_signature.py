"""What the platform knows is tried: the account's tickets, then those of others and other cards."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from kaquan.actions import explain_signature
from kaquan.actions.explain_signature import (
    MOST_WAITING,
    as_facts,
    candidates,
    explain_card_ext,
    explain_card_sign,
    explain_config,
    name_mistake,
)
from kaquan.actions.manage_app import new_app
from kaquan.errors import Errcode
from kaquan.keys import Keys
from kaquan.rules.claim import Claim
from kaquan.rules.lab import Verdict
from kaquan.store.apps import App, Credential
from kaquan.tokens import Tokens

NOW = 1_700_000_000
TOKENS = Tokens(Keys(b"k" * 32))
CARD, OTHER = "pLab00CardNumberOne000000001", "pLab00CardNumberTwo000000002"
TIME, NONCE, PAGE = "1700000123", "Qm3xTz81", "https://shop.example.com/c"


def account(appid: str, *credentials: tuple[str, int, int]) -> App:
    """Return an account with credentials of these kinds, serials and ends."""
    made = tuple(Credential(kind, serial, end - 7200, end, forced=False) for kind, serial, end in credentials)
    app = new_app(appid, "secret", "Lab000", appid, "gh_1", sandbox=False, review="auto")
    return msgspec.structs.replace(app, credentials=made)


MINE = account(
    "wx0000000000000001",
    ("wx_card", 2, NOW + 7000),
    ("jsapi", 1, NOW + 7000),
    ("stable", 1, NOW + 7000),
    ("wx_card", 1, NOW - 5),
)
ELSE = account("wx0000000000000002", ("wx_card", 1, NOW + 100))


class Counted:
    """Stands for the parts of a platform and counts what is asked of them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.tokens = TOKENS
        self.apps = SimpleNamespace(others=self._others)
        self.store = SimpleNamespace(read=self._read)

    async def _others(self, appid: str, most: int) -> list[App]:
        self.asked.append("others")
        return [ELSE]

    async def _read(self, action: Callable[[Any], Any]) -> Any:
        self.asked.append("cards")
        return [OTHER], 1


def ticket(app: App, kind: str, serial: int | None = None) -> str:
    return next(
        TOKENS.ticket(app.appid, one) for one in app.credentials if one.kind == kind and serial in {None, one.serial}
    )


def of_values(*values: str) -> str:
    return hashlib.sha1("".join(sorted(values)).encode()).hexdigest()


def card_ext(platform: Any, signature: str) -> Verdict | None:
    ext = {"timestamp": TIME, "nonce_str": NONCE, "signature": signature}
    return asyncio.run(explain_card_ext(platform, MINE, NOW, CARD, ext, {"openid": ["oLab00PersonAnn0000000000001"]}))


def names(verdict: Verdict | None) -> list[str]:
    assert verdict is not None
    return [one.mistake for one in verdict.found]


def test_the_tickets_and_tokens_of_an_account_are_candidates_with_their_states() -> None:
    found = [(one.kind, one.standing, one.owner) for one in candidates(TOKENS, MINE, NOW, [ELSE])]
    assert found == [
        ("wx_card", True, ""),
        ("jsapi", True, ""),
        ("wx_card", False, ""),
        ("access_token", True, ""),
        ("wx_card", True, ELSE.appid),
    ]


@pytest.mark.parametrize(
    ("signature", "mistakes", "asked"),
    [
        (of_values(ticket(MINE, "wx_card", 2), CARD, TIME, NONCE), [], []),
        (of_values(ticket(MINE, "jsapi"), CARD, TIME, NONCE), ["wrong_kind"], []),
        (of_values(ticket(MINE, "wx_card", 1), CARD, TIME, NONCE), ["stale_ticket"], []),
        (of_values(ticket(ELSE, "wx_card"), CARD, TIME, NONCE), ["foreign_ticket"], ["others", "cards"]),
        (of_values(ticket(MINE, "wx_card", 2), OTHER, TIME, NONCE), ["other_value"], ["others", "cards"]),
        ("0" * 40, ["unknown"], ["others", "cards"]),
    ],
)
def test_others_are_asked_for_only_where_nothing_of_the_accounts_own_explains_it(
    signature: str, mistakes: list[str], asked: list[str]
) -> None:
    platform = Counted()
    assert (names(card_ext(platform, signature)), platform.asked) == (mistakes, asked)


def test_a_choose_card_is_explained() -> None:
    good = ticket(MINE, "wx_card", 2)
    values = {"app_id": MINE.appid, "timestamp": TIME, "nonce_str": NONCE, "card_type": "CASH", "location_id": ""}
    signatures = {
        of_values(good, MINE.appid, TIME, NONCE, "CASH"): [],
        of_values(good, MINE.appid, TIME, NONCE): ["left_out"],
        of_values(good, MINE.appid, TIME, NONCE, "CASH", OTHER): ["signed_not_sent"],
    }
    found = {
        one: names(asyncio.run(explain_card_sign(Counted(), MINE, NOW, values, one)))  # type: ignore[arg-type]
        for one in signatures
    }
    assert found == signatures


def test_a_config_is_explained() -> None:
    string1 = f"jsapi_ticket={ticket(MINE, 'jsapi')}&noncestr={NONCE}&timestamp={TIME}&url="
    signatures = {
        hashlib.sha1((string1 + PAGE).encode()).hexdigest(): [],
        hashlib.sha1((string1 + PAGE + "#/a").encode()).hexdigest(): ["url_fragment"],
    }
    found = {
        one: names(asyncio.run(explain_config(Counted(), MINE, NOW, NONCE, TIME, [PAGE + "#/a"], one)))  # type: ignore[arg-type]
        for one in signatures
    }
    assert found == signatures


def test_when_too_many_wait_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_signature, "_waiting", set(range(MOST_WAITING)))
    assert card_ext(Counted(), "0" * 40) is None


def named(claim: Claim, cause: str) -> dict[str, Any]:
    refused = Errcode.INVALID_CARD_EXT(cause, card_id=CARD, found=[{"mistake": "not_searched"}])
    return asyncio.run(name_mistake(Counted(), MINE, claim, refused)).facts  # type: ignore[arg-type]


def test_a_refused_claim_is_given_its_mistake_and_no_other_refusal_is() -> None:
    wrong = of_values(ticket(MINE, "jsapi"), CARD, TIME)
    claim = Claim(CARD, "oLab00PersonAnn0000000000001", NOW, card_ext={"timestamp": TIME, "signature": wrong})
    found = [{"mistake": "wrong_kind", "ticket": "jsapi", "needed": "wx_card"}]
    assert named(claim, "signature") == {"card_id": CARD, "found": found}
    assert named(claim, "openid_missing")["found"] == [{"mistake": "not_searched"}]


def test_facts_hold_no_ticket_and_no_right_signature() -> None:
    verdict = card_ext(Counted(), of_values(ticket(MINE, "jsapi"), CARD, TIME, NONCE))
    assert verdict is not None
    told = msgspec.json.encode(as_facts(verdict.found)).decode()
    assert [one for one in (verdict.right, *(one.value for one in candidates(TOKENS, MINE, NOW))) if one in told] == []
