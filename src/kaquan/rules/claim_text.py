"""What a visitor is told when a claim is refused: the cause is for the merchant, the visitor reads one of a few texts.

Spec: jssdk_and_pages.md 11.2.
"""

from __future__ import annotations

from types import MappingProxyType

from kaquan.errors import Refusal
from kaquan.errors.order import Given, step
from kaquan.rules.throttle import CLAIM_STEP

Text = tuple[str, str]
"""A text in Chinese and in English."""

SIGNATURE: Text = ("签名错误", "Wrong signature")
ARGUMENTS: Text = ("参数错误", "Wrong parameters")
NONE_LEFT: Text = ("已领完", "None left")
CLAIMED: Text = ("已领取", "Already claimed")
NOT_YET: Text = ("未生效", "Not in effect yet")
NOT_APPROVED: Text = ("该券未通过审核", "This card has not passed the review")
EXPIRED: Text = ("已过期", "Expired")
CLOSED: Text = ("暂不可领取", "Cannot be claimed at present")
NOT_SHARED: Text = ("该券不可分享", "This card cannot be shared")
GONE: Text = ("不存在或已失效", "Unknown or no longer valid")
BUSY: Text = ("系统繁忙，请稍后再试", "Busy; please try again later")

CAUSES: tuple[tuple[Text, str], ...] = (
    (SIGNATURE, "40080 signature not_string"),
    (ARGUMENTS, "40080 not_json not_object wrong_type missing_key misspelt_key too_long openid_missing"),
    (ARGUMENTS, "40080 no_cards too_many_cards card_id_type | 40097 js_method"),
    (ARGUMENTS, "40116 missing deposit_card platform_card too_long characters | 40078 not_verified_bound"),
    (NONE_LEFT, "45031 stock_empty pool_empty stock_not_raised signature_used | 40116 taken | 40003 bound_to_another"),
    (CLAIMED, "45033 get_limit ticket_used"),
    (NOT_YET, "40078 not_verified"),
    (NOT_APPROVED, "40078 deleted refused off_shelf | 40048 not_a_page other_origin"),
    (NOT_APPROVED, "40048 no_js_domains js_domain js_domain_port"),
    (NOT_APPROVED, "48001 no_card_js_domain card_js_domain card_js_value card_js_misspelt card_js_missing"),
    (EXPIRED, "40079 ticket_expired card_expired"),
    (CLOSED, "48004 suspended | 48001 function_not_applied function_pending function_refused"),
    (GONE, "40073 unknown ticket_unknown | 48001 foreign_card"),
    (NOT_SHARED, "45030 not_shared shared_from_one"),
    (BUSY, f"-1 internal busy database bad_data | {CLAIM_STEP} | 9990001 other_request"),
)
"""Each text with the refusals it stands for."""

TEXTS = MappingProxyType({given: text for text, causes in CAUSES for given in step(causes).given})


def told(errcode: int, cause: str) -> Text:
    """Return what a visitor reads; what has no text of its own is a fault of ours."""
    given: Given = (errcode, cause)
    return TEXTS.get(given, BUSY)


def text_of(refused: Refusal, language: str) -> str:
    """Return what a visitor reads, in ``zh`` or ``en``."""
    return told(int(refused.errcode), refused.cause)[language == "en"]
