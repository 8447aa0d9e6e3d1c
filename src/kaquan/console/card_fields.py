"""The fields of the form of a card: one table for every type, named by their JSON path below the type's object."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

import msgspec

from kaquan.api.reading import Field as Node
from kaquan.api.reading import ListNode, ObjectNode, object_node
from kaquan.errors.change import places
from kaquan.rules.card_content import CONTENT_TYPES, Content
from kaquan.rules.card_tables import (
    BUSINESS_SERVICES,
    CODE_TYPES,
    FIX_TERM,
    FIX_TIME_RANGE,
    URL_NAME_TYPES,
)
from kaquan.rules.card_update import FREE, OWN_FREE, OWN_REVIEWED, REVIEWED
from kaquan.rules.fields import Between, MaxBytes
from kaquan.web.card_texts import CELL_KINDS, SERVICES
from kaquan.web.texts import zh
from kaquan.web.use_words import DAYS

Kind = Literal[
    "text", "long", "url", "picture", "number", "yuan", "check", "uncheck", "choice", "radio", "color", "time", "codes",
    "several", "stores", "pictures", "periods",
]  # fmt: skip
BASE = "base_info."
DATE = "base_info.date_info."
EXTRA = "advanced_info."
CONDITION = "advanced_info.use_condition."
OWN_CODES, DEPOSITED = "own", "deposit"
MOST_PICTURES, MOST_PERIODS = 5, 8


class Field(msgspec.Struct, frozen=True):
    """One field of the form.

    Args:
        name: JSON path below the type's object.
        kind: how it is shown and read.
        label, hint: in Chinese, as keys of the texts.
        options: value and label of what can be chosen.
        default: what stands in a new form.
        group: fields of one group are shown for one choice of validity alone.
    """

    name: str
    kind: Kind
    label: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    default: str = ""
    group: str = ""

    @property
    def top(self) -> str:
        """Return the member of base_info, or of the type's object, that the field belongs to."""
        way = self.name.split(".")
        return way[1] if way[0] == "base_info" else way[0]


class Section(msgspec.Struct, frozen=True):
    """Fields that belong together; ``more`` is folded at first."""

    name: str
    title: str
    fields: tuple[Field, ...]
    more: bool = False


class Type(msgspec.Struct, frozen=True):
    """A card type: what it is good for in a sentence, and the fields that it alone has."""

    sentence: str
    fields: tuple[Field, ...] = ()


CODE_TYPE_TEXTS = (
    zh("文本"),
    zh("一维码与数字"),
    zh("二维码与数字"),
    zh("只有二维码"),
    zh("只有一维码"),
    zh("不显示，用于线上核销"),
)
CODE_LOOKS = tuple(zip(CODE_TYPES, CODE_TYPE_TEXTS, strict=True))
CODE_MODES = (
    ("", zh("由平台生成")),
    (DEPOSITED, zh("导入自己的券码：先建卡，再上传文件")),
    (OWN_CODES, zh("自定义券码：每次投放时指定")),
)
VALIDITIES = ((FIX_TIME_RANGE, zh("固定日期")), (FIX_TERM, zh("领取后若干天")))
LINK_KINDS = (("", zh("不使用")), *((kind, CELL_KINDS[kind]) for kind in URL_NAME_TYPES))
SERVICE_CHOICES = tuple((one, SERVICES[one]) for one in BUSINESS_SERVICES)
DAY_CHOICES = (("", zh("不限")), *DAYS.items())

TYPES: dict[str, Type] = {
    "GROUPON": Type(
        zh("买好的套餐，到店核销，如双人火锅"),
        (Field("deal_detail", "long", zh("团购详情"), zh("套餐里有什么，一行一项")),),
    ),
    "CASH": Type(
        zh("抵扣一笔钱，可设最低消费，如满 100 减 20"),
        (
            Field("reduce_cost", "yuan", zh("减免金额（元）")),
            Field("least_cost", "yuan", zh("最低消费（元）"), zh("不填即无门槛")),
        ),
    ),
    "DISCOUNT": Type(
        zh("按比例打折，如 7 折"),
        (Field("discount", "number", zh("减去百分之几"), zh("填 30 即 7 折")),),
    ),
    "GIFT": Type(zh("兑换一件东西，如一杯咖啡"), (Field("gift", "long", zh("兑换内容"), zh("能换到什么，怎么换")),)),
    "GENERAL_COUPON": Type(
        zh("以上都不合适时用它，内容自由填写"),
        (Field("default_detail", "long", zh("优惠详情")),),
    ),
    "SCENIC_TICKET": Type(
        zh("景点、乐园的入园凭证"),
        (
            Field("ticket_class", "text", zh("票类型"), zh("如全日票")),
            Field("guide_url", "url", zh("导览图链接")),
        ),
    ),
    "MOVIE_TICKET": Type(zh("电影票，座位和场次可在发出后写入每张票"), (Field("detail", "long", zh("电影票详情")),)),
    "MEETING_TICKET": Type(
        zh("展会、讲座的入场凭证"),
        (
            Field("meeting_detail", "long", zh("会议详情")),
            Field("map_url", "url", zh("会场导览图链接")),
        ),
    ),
    "BOARDING_PASS": Type(
        zh("航班的登机牌，登机口和时间可以更新"),
        (
            Field("from", "text", zh("出发地")),
            Field("to", "text", zh("目的地")),
            Field("flight", "text", zh("航班")),
            Field("air_model", "text", zh("机型")),
            Field("departure_time", "time", zh("起飞时间")),
            Field("landing_time", "time", zh("降落时间")),
            Field("boarding_time", "time", zh("登机时间")),
            Field("gate", "text", zh("登机口")),
            Field("check_in_url", "url", zh("在线值机链接")),
        ),
    ),
    "BUS_TICKET": Type(zh("客运乘车凭证，内容写在使用说明里")),
    "LUCKY_MONEY": Type(zh("红包，内容写在使用说明里")),
}

BASICS = (
    Field("base_info.brand_name", "text", zh("商户名称"), zh("建好后不能修改")),
    Field("base_info.title", "text", zh("卡券名称"), zh("写明优惠内容，如“双人套餐 100 元代金券”")),
    Field("base_info.sub_title", "text", zh("副标题")),
)
LOOKS = (
    Field("base_info.logo_url", "picture", zh("商户 logo"), zh("正方形，建议 300 × 300 像素，JPG 或 PNG")),
    Field("base_info.color", "color", zh("颜色"), default="Color010"),
)
SECTIONS: tuple[Section, ...] = (
    Section("basics", zh("基本信息"), BASICS),
    Section("looks", zh("外观"), LOOKS),
    Section(
        "validity",
        zh("有效期与库存"),
        (
            Field("base_info.date_info.type", "radio", zh("有效期"), options=VALIDITIES, default=FIX_TIME_RANGE),
            Field(DATE + "begin_timestamp", "time", zh("开始时间"), zh("北京时间"), group="range"),
            Field(
                DATE + "end_timestamp",
                "time",
                zh("结束时间"),
                zh("建议为某天的 23:59:59；按天数计算时它是最晚期限，可不填"),
            ),
            Field(DATE + "fixed_term", "number", zh("有效天数"), group="term"),
            Field(DATE + "fixed_begin_term", "number", zh("领取几天后生效"), zh("0 为当天"), group="term", default="0"),
            Field("base_info.use_custom_code", "codes", zh("券码"), options=CODE_MODES),
            Field("base_info.sku.quantity", "number", zh("库存"), zh("导入券码的卡券填 0，导入之后再增加")),
        ),
    ),
    Section(
        "use",
        zh("领取与使用"),
        (
            Field("base_info.get_limit", "number", zh("每人限领"), zh("不填为 50 张"), default="1"),
            Field("base_info.use_limit", "number", zh("每人限用"), zh("不填为 50 张")),
            Field("base_info.can_share", "uncheck", zh("领取页可以分享")),
            Field("base_info.can_give_friend", "uncheck", zh("可以转赠给朋友")),
            Field("base_info.bind_openid", "check", zh("只限指定用户领取"), zh("投放时要写明是哪位用户")),
            Field("base_info.code_type", "choice", zh("券码样式"), options=CODE_LOOKS, default="CODE_TYPE_QRCODE"),
            Field("base_info.notice", "text", zh("使用提醒"), zh("显示在券码下方，如“请出示二维码”")),
            Field("base_info.description", "long", zh("使用说明")),
            Field("base_info.service_phone", "text", zh("客服电话")),
        ),
    ),
    Section(
        "conditions",
        zh("使用条件"),
        (
            Field(CONDITION + "accept_category", "text", zh("适用商品")),
            Field(CONDITION + "reject_category", "text", zh("不适用商品")),
            Field(CONDITION + "least_cost", "yuan", zh("满多少元可用")),
            Field(CONDITION + "object_use_for", "text", zh("购买什么可用")),
            Field(CONDITION + "can_use_with_other_discount", "uncheck", zh("可与其他优惠同享")),
            Field("advanced_info.time_limit", "periods", zh("可用时段"), zh("不填钟点即全天；只作展示"), DAY_CHOICES),
            Field("advanced_info.business_service", "several", zh("商家服务"), options=SERVICE_CHOICES),
        ),
        more=True,
    ),
    Section(
        "pictures",
        zh("封面与图文"),
        (
            Field("advanced_info.abstract.abstract", "text", zh("封面简介")),
            Field("advanced_info.abstract.icon_url_list", "picture", zh("封面图片"), zh("建议 850 × 350 像素")),
            Field("advanced_info.text_image_list", "pictures", zh("图文列表"), zh("每一项都要有图有文")),
        ),
        more=True,
    ),
    Section(
        "links",
        zh("按钮与入口"),
        (
            Field("base_info.center_title", "text", zh("居中按钮"), zh("卡券可用时才显示")),
            Field("base_info.center_sub_title", "text", zh("按钮下的说明")),
            Field("base_info.center_url", "url", zh("按钮链接")),
            Field("base_info.custom_url_name", "text", zh("入口一")),
            Field("base_info.custom_url", "url", zh("入口一链接")),
            Field("base_info.custom_url_sub_title", "text", zh("入口一提示")),
            Field("base_info.promotion_url_name", "text", zh("入口二")),
            Field("base_info.promotion_url", "url", zh("入口二链接")),
            Field("base_info.promotion_url_sub_title", "text", zh("入口二提示")),
        ),
        more=True,
    ),
    Section(
        "stores",
        zh("适用门店"),
        (
            Field("base_info.use_all_locations", "check", zh("全部门店")),
            Field("base_info.location_id_list", "stores", zh("指定门店")),
        ),
        more=True,
    ),
    Section(
        "advanced",
        zh("高级"),
        (
            Field("base_info.source", "text", zh("第三方来源名")),
            Field("base_info.use_dynamic_code", "check", zh("动态码")),
            Field("base_info.sub_merchant_info.merchant_id", "number", zh("子商户号")),
            Field("base_info.center_app_brand_user_name", "text", zh("按钮的小程序"), "gh_…@app"),
            Field("base_info.center_app_brand_pass", "text", zh("按钮的小程序路径")),
            Field("base_info.url_name_type", "choice", zh("入口一的旧式名称"), options=LINK_KINDS),
            Field("base_info.custom_app_brand_user_name", "text", zh("入口一的小程序"), "gh_…@app"),
            Field("base_info.custom_app_brand_pass", "text", zh("入口一的小程序路径")),
            Field("base_info.promotion_url_name_type", "choice", zh("入口二的旧式名称"), options=LINK_KINDS),
            Field("base_info.promotion_app_brand_user_name", "text", zh("入口二的小程序"), "gh_…@app"),
            Field("base_info.promotion_app_brand_pass", "text", zh("入口二的小程序路径")),
        ),
        more=True,
    ),
)


def sections_of(card_type: str) -> list[Section]:
    """Return the sections of a type's form: what it alone has stands behind the basics."""
    own = TYPES[card_type].fields
    first = msgspec.structs.replace(SECTIONS[0], fields=(*SECTIONS[0].fields, *own))
    return [first, *SECTIONS[1:]]


def fields_of(card_type: str) -> Iterator[Field]:
    """Yield every field of a type's form."""
    for section in sections_of(card_type):
        yield from section.fields


class Bounds(msgspec.Struct, frozen=True):
    """What the rules say of a field: whether it has to be there, its most bytes, its least and most value."""

    required: bool = False
    bytes: int = 0
    least: int | None = None
    most: int | None = None


@cache
def bounds_of(card_type: str, name: str) -> Bounds:
    """Return what the rules say of the field at a path below a type's object; positions in lists are left out."""
    struct = CONTENT_TYPES[card_type]
    assert issubclass(struct, Content)
    found, required = _find(object_node(struct), [one for one in places(name) if isinstance(one, str)])
    node = found.node.item if isinstance(found.node, ListNode) else found.node
    limits: tuple[Any, ...] = getattr(node, "limits", ())
    size = next((one.limit for one in limits if isinstance(one, MaxBytes)), 0)
    between = next((one for one in limits if isinstance(one, Between)), None)
    return Bounds(required, size, *((between.least, between.most) if between else (None, None)))


def _find(node: ObjectNode, way: list[str]) -> tuple[Node, bool]:
    field = next(one for one in node.fields if one.key == way[0])
    if len(way) == 1:
        return field, field.required
    inner = field.node.item if isinstance(field.node, ListNode) else field.node
    assert isinstance(inner, ObjectNode)
    found, required = _find(inner, way[1:])
    return found, required and field.required


def is_reviewed(card_type: str, field: Field) -> bool:
    """Tell whether a change of the field goes to review (spec: cards.md 8)."""
    return field.top in REVIEWED | OWN_REVIEWED.get(card_type, frozenset())


def is_changeable(card_type: str, field: Field, date_type: str) -> bool:
    """Tell whether the field of an existing card can be changed; of dates only a range, which may grow."""
    if field.name.startswith(DATE):
        return date_type == FIX_TIME_RANGE and field.name.endswith("_timestamp")
    own = OWN_FREE.get(card_type, frozenset()) | OWN_REVIEWED.get(card_type, frozenset())
    return field.top in FREE | REVIEWED | own
