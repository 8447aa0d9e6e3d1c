"""A helper of a published SDK that signs a card_ext by the rule of chooseCard (auth_and_signatures.md 8, 17)."""

from __future__ import annotations

from lab_data import APPID, CARD, NONCE, NOW, TICKETS, TIME
from wechatpy import WeChatClient  # type: ignore[import-untyped]

from kaquan.rules.lab import about_card_ext, examine


def test_what_the_helper_signs_is_told_to_be_the_other_rule() -> None:
    made = WeChatClient(APPID, "secret").jsapi.get_jsapi_card_params(NOW, "GROUPON", noncestr=NONCE, timestamp=TIME)
    ext = {"timestamp": made["timestamp"], "nonce_str": made["noncestr"], "signature": made["sign"]}
    verdict = examine(about_card_ext(CARD, ext, TICKETS, {"app_id": [APPID]}))
    members = ["api_ticket", "timestamp", "nonce_str", "app_id", "card_type"]
    assert [(one.mistake, one.facts) for one in verdict.found] == [("choose_card_rule", {"members": members})]
