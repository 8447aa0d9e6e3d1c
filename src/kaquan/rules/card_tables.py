"""The enumerations of a card: types, colours, statuses and the names older callers use (spec: cards.md 2)."""

from __future__ import annotations

from types import MappingProxyType

from kaquan.errors import Errcode
from kaquan.errors.nearest import nearest
from kaquan.rules.fields import shown

KEYS = MappingProxyType(
    {
        card_type: card_type.lower()
        for card_type in (
            "GROUPON",
            "CASH",
            "DISCOUNT",
            "GIFT",
            "GENERAL_COUPON",
            "MEMBER_CARD",
            "SCENIC_TICKET",
            "MOVIE_TICKET",
            "BOARDING_PASS",
            "MEETING_TICKET",
            "BUS_TICKET",
            "LUCKY_MONEY",
            "GENERAL_CARD",
        )
    }
)
"""card_type -> name of the member that carries its content."""

CODE_TYPES = (
    "CODE_TYPE_TEXT",
    "CODE_TYPE_BARCODE",
    "CODE_TYPE_QRCODE",
    "CODE_TYPE_ONLY_QRCODE",
    "CODE_TYPE_ONLY_BARCODE",
    "CODE_TYPE_NONE",
)

COLORS = MappingProxyType(
    {
        "Color010": "#63b359",
        "Color020": "#2c9f67",
        "Color030": "#509fc9",
        "Color040": "#5885cf",
        "Color050": "#9062c0",
        "Color060": "#d09a45",
        "Color070": "#e4b138",
        "Color080": "#ee903c",
        "Color081": "#f08500",
        "Color082": "#a9d92d",
        "Color090": "#dd6549",
        "Color100": "#cc463d",
        "Color101": "#cf3e36",
        "Color102": "#5E6671",
    }
)
"""Name -> the value shown; the capital E of Color102 belongs to it."""

COLOR_NAMES = MappingProxyType({value.lower(): name for name, value in COLORS.items()})

FIX_TIME_RANGE = "DATE_TYPE_FIX_TIME_RANGE"
FIX_TERM = "DATE_TYPE_FIX_TERM"
PERMANENT = "DATE_TYPE_PERMANENT"
DATE_TYPES = (FIX_TIME_RANGE, FIX_TERM, PERMANENT)
OLD_DATE_TYPES = MappingProxyType({"1": FIX_TIME_RANGE, "2": FIX_TERM})

URL_NAME_TYPES = (
    "URL_NAME_TYPE_TAKE_AWAY",
    "URL_NAME_TYPE_RESERVATION",
    "URL_NAME_TYPE_USE_IMMEDIATELY",
    "URL_NAME_TYPE_APPOINTMENT",
    "URL_NAME_TYPE_EXCHANGE",
    "URL_NAME_TYPE_MALL",
    "URL_NAME_TYPE_VEHICLE_INFORMATION",
)
URL_NAME_ORDINALS = MappingProxyType({str(number): name for number, name in enumerate(URL_NAME_TYPES)})
# The cells that lead elsewhere: its name, or that of a kind of cells, and its address, or that of a mini program.
CELLS = (
    ("custom_url_name", "url_name_type", "custom_url", "custom_app_brand_user_name"),
    ("promotion_url_name", "promotion_url_name_type", "promotion_url", "promotion_app_brand_user_name"),
)

DEPOSIT_MODE = "GET_CUSTOM_CODE_MODE_DEPOSIT"
BUSINESS_SERVICES = ("BIZ_SERVICE_DELIVER", "BIZ_SERVICE_FREE_PARK", "BIZ_SERVICE_WITH_PET", "BIZ_SERVICE_FREE_WIFI")
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "HOLIDAY")

NOT_VERIFY = "CARD_STATUS_NOT_VERIFY"
VERIFY_FAIL = "CARD_STATUS_VERIFY_FAIL"
VERIFY_OK = "CARD_STATUS_VERIFY_OK"
DELETED = "CARD_STATUS_DELETE"
DISPATCH = "CARD_STATUS_DISPATCH"
OFF_SHELF = "CARD_STATUS_SYS_OFF_SHELF"

STATUSES = (NOT_VERIFY, VERIFY_FAIL, VERIFY_OK, DELETED, DISPATCH, OFF_SHELF)
"""The statuses a card can have here."""

STATUS_NAMES = MappingProxyType(
    {
        **{status: frozenset({status}) for status in STATUSES},
        "CARD_STATUS_VERIFY_FALL": frozenset({VERIFY_FAIL}),
        "CARD_STATUS_USER_DELETE": frozenset({DELETED}),
        "CARD_STATUS_USER_DISPATCH": frozenset({DISPATCH}),
        "CARD_STATUS_INIT": frozenset[str](),
        "CARD_STATUS_SYS_DELETE": frozenset[str](),
        "CARD_STATUS_EXPIRED": frozenset[str](),
    }
)
"""Name accepted in a filter -> the statuses it matches; the last three never occur here."""


DATE_INFO = MappingProxyType(
    {
        FIX_TIME_RANGE: ("begin_timestamp", "end_timestamp"),
        FIX_TERM: ("fixed_term", "fixed_begin_term"),
        PERMANENT: (),
    }
)
"""The fields of each kind of validity."""

_BASE_INFO = """
id logo_url code_type brand_name title sub_title
date_info color notice service_phone description source
location_id_list use_all_locations get_limit use_limit can_share can_give_friend
use_custom_code get_custom_code_mode bind_openid status sku create_time update_time
url_name_type custom_url_name custom_url custom_url_sub_title custom_app_brand_user_name custom_app_brand_pass
promotion_url promotion_url_name promotion_url_name_type promotion_url_sub_title
promotion_app_brand_user_name promotion_app_brand_pass
center_title center_sub_title center_url center_app_brand_user_name center_app_brand_pass
need_push_on_view pay_info is_pay_and_qrcode sub_merchant_info use_dynamic_code giftcard_info max_give_friend_times
can_shake shake_slogan_title shake_slogan_sub_title
modify_msg_operation consume_msg_operation activate_msg_operation area_code_list
"""
_ADVANCED_INFO = """
use_condition abstract time_limit text_image_list business_service
consume_share_self_num consume_share_card_list share_friends
"""
_ALWAYS_SHOWN = """
location_id_list get_limit can_share can_give_friend use_custom_code bind_openid least_cost
time_limit text_image_list business_service consume_share_card_list share_friends
"""

BASE_INFO = tuple(_BASE_INFO.split())
"""The order of base_info in ``/card/get`` (spec: cards.md 6)."""
ADVANCED_INFO = tuple(_ADVANCED_INFO.split())
"""The order of advanced_info in ``/card/get``."""
ALWAYS_SHOWN = frozenset(_ALWAYS_SHOWN.split())
"""What ``/card/get`` shows though it has its default."""


def colors() -> list[dict[str, str]]:
    """Return the colours as ``/card/getcolors`` lists them (spec: cards.md 4)."""
    return [{"name": name, "value": value} for name, value in COLORS.items()]


def statuses_of(status_list: list[str]) -> frozenset[str]:
    """Return the statuses a ``status_list`` matches; an empty list matches every status.

    Raises:
        Refusal: 40078, a name is not known (spec: cards.md 2.4, 7).
    """
    for position, name in enumerate(status_list):
        if name not in STATUS_NAMES:
            raise Errcode.INVALID_CARD_STATUS(
                "unknown",
                path=f"status_list[{position}]",
                expected=f"one of {', '.join(STATUSES)}",
                got=shown(name),
                did_you_mean=nearest(name, STATUS_NAMES),
            )
    named = status_list or list(STATUSES)
    return frozenset[str]().union(*(STATUS_NAMES[name] for name in named))
