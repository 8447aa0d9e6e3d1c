"""What a card is made of, one struct per object of the wire: fields x limits (spec: cards.md 3.1-3.6).

Text limits are UTF-8 bytes. An empty text, an empty list and a zero mean "not set".
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated

import msgspec

from kaquan.errors import Errcode
from kaquan.rules.card_tables import (
    BUSINESS_SERVICES,
    CODE_TYPES,
    COLOR_NAMES,
    COLORS,
    DATE_TYPES,
    DAYS,
    DEPOSIT_MODE,
    FIX_TERM,
    FIX_TIME_RANGE,
    KEYS,
    OLD_DATE_TYPES,
    URL_NAME_ORDINALS,
    URL_NAME_TYPES,
)
from kaquan.rules.fields import (
    Belongs,
    Between,
    CommaList,
    Id,
    Link,
    MaxBytes,
    MissingAs,
    NumberAsText,
    OneOf,
    OneOrList,
    Picture,
    Timestamp,
    WrongAs,
)

_RANGE = frozenset({FIX_TIME_RANGE, "1"})
_TERM = frozenset({FIX_TERM, "2"})
_FEN = Between(0, 10**11, Errcode.INVALID_CARD_PARAMETERS)
_COUNT = Between(0, 10**9, Errcode.INVALID_CARD_PARAMETERS)
_HOUR = Between(0, 23, Errcode.INVALID_USE_TIME_LIMIT)
_MINUTE = Between(0, 59, Errcode.INVALID_USE_TIME_LIMIT)


def _only(needed: frozenset[str], allowed: frozenset[str]) -> Belongs:
    return Belongs("type", needed, allowed, Errcode.DATA_FORMAT, "mixed_date_info")


CardType = Annotated[str, OneOf(tuple(KEYS), Errcode.INVALID_CARD_TYPE)]
CodeType = Annotated[str, OneOf(CODE_TYPES, Errcode.INVALID_CODE_TYPE)]
Color = Annotated[
    str,
    OneOf(
        tuple(COLORS),
        Errcode.INVALID_COLOR,
        also=frozenset({*COLORS.values(), *COLOR_NAMES, *(value.upper() for value in COLOR_NAMES)}),
    ),
]
DateType = Annotated[
    str, NumberAsText(), OneOf(DATE_TYPES, Errcode.DATA_FORMAT, "unknown_date_type", frozenset(OLD_DATE_TYPES))
]
UrlNameType = Annotated[
    str,
    NumberAsText(),
    OneOf(URL_NAME_TYPES, Errcode.INVALID_CARD_PARAMETERS, "unknown_value", frozenset(URL_NAME_ORDINALS)),
]
Detail = Annotated[str, MaxBytes(3072)]
Fen = Annotated[int, _FEN]
Count = Annotated[int, _COUNT]
Hour = Annotated[int, _HOUR]
Minute = Annotated[int, _MINUTE]
CellName = Annotated[str, MaxBytes(15)]
CellTip = Annotated[str, MaxBytes(18)]
Weapp = Annotated[str, MaxBytes(128)]


class Part(msgspec.Struct, omit_defaults=True):
    """An object of the wire that is stored as it was read."""


class DateInfo(Part):
    """When the codes of a card are valid (spec: cards.md 3.3); times in UTC seconds, terms in days."""

    type: DateType
    begin_timestamp: Annotated[Timestamp, _only(_RANGE, _RANGE)] = 0
    end_timestamp: Annotated[Timestamp, _only(_RANGE, _RANGE | _TERM)] = 0
    fixed_term: Annotated[int, _only(_TERM, _TERM)] = 0
    fixed_begin_term: Annotated[int, _only(frozenset(), _TERM)] = 0


class Sku(Part):
    """The stock a card starts with (spec: cards.md 3.4)."""

    quantity: int


class SwipeCard(Part):
    """Pay-swipe of a member card."""

    is_swipe_card: bool = False


class PayInfo(Part):
    """Payment of a member card."""

    swipe_card: SwipeCard | None = None


class SubMerchant(Part):
    """The merchant a third party issues for."""

    merchant_id: Id = 0


class GiftCardInfo(Part):
    """What a gift card costs, in fen."""

    price: Fen = 0


class CardCell(Part):
    """A card offered in a service message."""

    card_id: str = ""
    end_time: Timestamp = 0


class UrlCell(Part):
    """A link offered in a service message."""

    text: str = ""
    url: Link = ""
    end_time: Timestamp = 0
    card_id_list: Annotated[list[str], OneOrList()] = []
    app_brand_id: Weapp = ""
    app_brand_pass: Weapp = ""


class MessageOperation(Part):
    """An extra cell of a service message."""

    card_cell: CardCell | None = None
    url_cell: UrlCell | None = None


class BaseInfo(Part):
    """What every card has (spec: cards.md 3.1, 3.2)."""

    logo_url: Picture
    code_type: CodeType
    brand_name: Annotated[str, MaxBytes(36)]
    title: Annotated[str, MaxBytes(27)]
    color: Color
    notice: Annotated[str, MaxBytes(48)]
    description: Annotated[str, MaxBytes(3072)]
    date_info: DateInfo
    sku: Annotated[Sku, WrongAs(Errcode.INVALID_SKU_INFO)]

    sub_title: Annotated[str, MaxBytes(54)] = ""
    service_phone: Annotated[str, MaxBytes(24)] = ""
    source: Annotated[str, MaxBytes(36)] = ""
    use_custom_code: bool = False
    get_custom_code_mode: Annotated[str, OneOf((DEPOSIT_MODE,), Errcode.INVALID_CARD_PARAMETERS, "unknown_value")] = ""
    bind_openid: bool = False
    can_share: bool = True
    can_give_friend: bool = True
    location_id_list: Annotated[list[Id], CommaList()] = []
    use_all_locations: bool = False
    get_limit: Count = 0
    use_limit: Count = 0

    center_title: Annotated[str, MaxBytes(18)] = ""
    center_sub_title: Annotated[str, MaxBytes(24)] = ""
    center_url: Link = ""
    center_app_brand_user_name: Weapp = ""
    center_app_brand_pass: Weapp = ""
    url_name_type: UrlNameType = ""
    custom_url_name: CellName = ""
    custom_url: Link = ""
    custom_url_sub_title: CellTip = ""
    custom_app_brand_user_name: Weapp = ""
    custom_app_brand_pass: Weapp = ""
    promotion_url_name_type: UrlNameType = ""
    promotion_url_name: CellName = ""
    promotion_url: Link = ""
    promotion_url_sub_title: CellTip = ""
    promotion_app_brand_user_name: Weapp = ""
    promotion_app_brand_pass: Weapp = ""

    need_push_on_view: bool = False
    pay_info: PayInfo | None = None
    is_pay_and_qrcode: bool = False
    sub_merchant_info: SubMerchant | None = None
    use_dynamic_code: bool = False
    giftcard_info: GiftCardInfo | None = None
    max_give_friend_times: Count = 0
    can_shake: bool = False
    shake_slogan_title: Annotated[str, MaxBytes(30)] = ""
    shake_slogan_sub_title: Annotated[str, MaxBytes(48)] = ""
    modify_msg_operation: MessageOperation | None = None
    consume_msg_operation: MessageOperation | None = None
    activate_msg_operation: MessageOperation | None = None


class UseCondition(Part):
    """Where a coupon may be used; shown, not enforced."""

    accept_category: Annotated[str, MaxBytes(512)] = ""
    reject_category: Annotated[str, MaxBytes(512)] = ""
    least_cost: Fen = 0
    object_use_for: Annotated[str, MaxBytes(512)] = ""
    can_use_with_other_discount: bool = True


class Abstract(Part):
    """The cover of a card."""

    abstract: Annotated[str, MaxBytes(24)] = ""
    icon_url_list: Annotated[list[Picture], OneOrList()] = []


class TextImage(Part):
    """One picture with its text; both are needed."""

    image_url: Annotated[Picture, MissingAs(Errcode.IMAGE_LIST_INCOMPLETE)]
    text: Annotated[str, MaxBytes(512), MissingAs(Errcode.IMAGE_LIST_INCOMPLETE)]


class TimeLimit(Part):
    """One period of use; shown, not enforced. Without hours the whole day."""

    type: Annotated[str, OneOf(DAYS, Errcode.INVALID_USE_TIME_LIMIT, "unknown_day")]
    begin_hour: Hour | None = None
    begin_minute: Minute | None = None
    end_hour: Hour | None = None
    end_minute: Minute | None = None


class SharedCard(Part):
    """A card given away after consumption."""

    card_id: str = ""
    num: Count = 0


class AdvancedInfo(Part):
    """The optional extras of a card (spec: cards.md 3.5)."""

    use_condition: UseCondition | None = None
    abstract: Abstract | None = None
    text_image_list: list[TextImage] = []
    time_limit: list[TimeLimit] = []
    business_service: Annotated[
        list[Annotated[str, OneOf(BUSINESS_SERVICES, Errcode.INVALID_CARD_PARAMETERS, "unknown_value")]], OneOrList()
    ] = []
    consume_share_self_num: Count = 0
    consume_share_card_list: list[SharedCard] = []
    share_friends: bool = False


class Content(Part, kw_only=True):
    """The content of a card of any built type (spec: cards.md 3.6)."""

    base_info: BaseInfo
    advanced_info: AdvancedInfo = msgspec.field(default_factory=AdvancedInfo)


class Groupon(Content, kw_only=True):
    """A group-buying coupon."""

    deal_detail: Detail


class Cash(Content, kw_only=True):
    """A cash coupon; amounts in fen."""

    least_cost: Fen = 0
    reduce_cost: Annotated[int, Between(1, 10**11, Errcode.INVALID_CARD_PARAMETERS)]


class Discount(Content, kw_only=True):
    """A discount coupon; ``discount`` is the percentage taken off."""

    discount: Annotated[int, Between(1, 99, Errcode.INVALID_CARD_PARAMETERS)]


class Gift(Content, kw_only=True):
    """A coupon for a thing."""

    gift: Detail


class GeneralCoupon(Content, kw_only=True):
    """A coupon with free text."""

    default_detail: Detail


class MeetingTicket(Content, kw_only=True):
    """A ticket to a meeting."""

    meeting_detail: Detail
    map_url: Link = ""


class ScenicTicket(Content, kw_only=True):
    """A ticket to a sight."""

    ticket_class: Detail
    guide_url: Link = ""


class MovieTicket(Content, kw_only=True):
    """A ticket to a film."""

    detail: Detail


class BoardingPass(Content, kw_only=True):
    """A boarding pass; times in UTC seconds."""

    from_: Annotated[str, MaxBytes(54)] = msgspec.field(name="from")
    to: Annotated[str, MaxBytes(54)]
    flight: Annotated[str, MaxBytes(24)]
    air_model: Annotated[str, MaxBytes(24)]
    departure_time: Timestamp
    landing_time: Timestamp
    gate: Annotated[str, MaxBytes(12)] = ""
    boarding_time: Timestamp = 0
    check_in_url: Link = ""


class BusTicket(Content):
    """A ticket for a coach."""


class LuckyMoney(Content):
    """A red packet."""


class StoredValue(Part):
    """The part of a member card and of a general card that is read: neither type is built."""

    supply_balance: bool = False


CONTENT_TYPES: MappingProxyType[str, type[Part]] = MappingProxyType(
    {
        "GROUPON": Groupon,
        "CASH": Cash,
        "DISCOUNT": Discount,
        "GIFT": Gift,
        "GENERAL_COUPON": GeneralCoupon,
        "MEMBER_CARD": StoredValue,
        "SCENIC_TICKET": ScenicTicket,
        "MOVIE_TICKET": MovieTicket,
        "BOARDING_PASS": BoardingPass,
        "MEETING_TICKET": MeetingTicket,
        "BUS_TICKET": BusTicket,
        "LUCKY_MONEY": LuckyMoney,
        "GENERAL_CARD": StoredValue,
    }
)
