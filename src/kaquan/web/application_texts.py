"""Applications in words, for the console and for the operator: names, states, and the lines of what was submitted."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kaquan.actions.keep_application import Application
from kaquan.actions.keep_paper import Paper
from kaquan.rules import application as rule
from kaquan.rules.application import SUPPLEMENT, Submission
from kaquan.web.texts import Texts, zh

KIND_NAMES = {
    "card": zh("卡券功能"),
    "balance": zh("储值"),
    "custom_code": zh("自定义 SN"),
    "member_card": zh("会员卡"),
    "bonus": zh("会员积分"),
    "custom_url": zh("自定义链接"),
    "pay": zh("微信买单收款"),
    "issue": zh("服务端直接发券"),
}
KIND_PAGES = {"custom_code": "custom-sn"}
STATE_NAMES = {
    "none": zh("未申请"),
    "pending": zh("审核中"),
    "granted": zh("已开通"),
    "refused": zh("未通过"),
    "suspended": zh("已暂停"),
}
STATE_LOOKS = {"none": "plain", "pending": "info", "granted": "ok", "refused": "danger", "suspended": "danger"}
FIELD_NAMES = {
    "subject_type": zh("主体类型"),
    "subject_name": zh("主体名称"),
    "credential_number": zh("证件号码"),
    "category": zh("经营类目"),
    "contact_name": zh("联系人"),
    "contact_phone": zh("联系电话"),
    "contact_email": zh("联系邮箱"),
    "filing_number": zh("预付卡备案号"),
    "filing_authority": zh("备案机关"),
    "purpose": zh("用途说明"),
    "credential_scan": zh("主体证件"),
    "filing_scan": zh("备案证明"),
    "supplement": zh("补充材料"),
    "food_service_license_id": zh("食品经营许可证编号"),
    "food_service_license_bizmedia_id": zh("食品经营许可证"),
    "medical_institution_license_id": zh("医疗机构执业许可证编号"),
    "medical_institution_license_bizmedia_id": zh("医疗机构执业许可证"),
    "travel_agency_license_id": zh("旅行社业务经营许可证编号"),
    "travel_agency_license_bizmedia_id": zh("旅行社业务经营许可证"),
    "special_trade_license_id": zh("特种行业许可证编号"),
    "special_trade_license_bizmedia_id": zh("特种行业许可证"),
    "film_projection_license_id": zh("电影放映许可证编号"),
    "film_projection_license_bizmedia_id": zh("电影放映许可证"),
    "school_running_license_id": zh("办学许可证编号"),
    "school_running_license_bizmedia_id": zh("办学许可证"),
}
SUBJECT_NAMES = {
    "enterprise": zh("企业"),
    "individual": zh("个体工商户"),
    "institution": zh("政府、事业单位及其他组织"),
}
# The names of ``rules.categories``, so that they have their English.
CATEGORY_NAMES = (
    *(zh("餐饮"), zh("中餐"), zh("西餐"), zh("快餐小吃"), zh("咖啡茶饮"), zh("烘焙甜品")),
    *(zh("零售"), zh("超市便利"), zh("服饰鞋包"), zh("数码家电"), zh("母婴用品"), zh("图书文具")),
    *(zh("丽人"), zh("美发"), zh("美容护理"), zh("医疗美容")),
    *(zh("休闲"), zh("电影"), zh("健身"), zh("歌厅酒吧"), zh("亲子游乐")),
    *(zh("旅行"), zh("酒店"), zh("景点门票"), zh("旅行社"), zh("交通票务")),
    *(zh("服务"), zh("教育培训"), zh("医疗健康"), zh("汽车服务"), zh("家政洗涤"), zh("其他")),
)


class Line(msgspec.Struct, frozen=True):
    """One line of a submission: its name in words, a text or papers, and whether it is another than before."""

    label: str
    text: str
    papers: list[Paper]
    changed: bool = False


def lines_of(
    text: Texts, kind: str, sent: Submission, papers: Mapping[str, Paper], before: Submission | None = None
) -> list[Line]:
    """Return the lines of a submission in the order in which they are asked.

    Args:
        papers: by digest; one that is gone is left out.
        before: the submission that changes are marked against, None to mark nothing.
    """
    category = sent.values.get("category", "")
    names = [field.name for field in rule.fields_of(kind, category) if field.name in FIELD_NAMES]
    slots = [*rule.slots_of(kind, category), SUPPLEMENT]
    new = rule.changed(before, sent) if before and before.values else set()
    texts = [Line(text(FIELD_NAMES[one]), _value(text, one, sent.values.get(one, "")), [], one in new) for one in names]
    held = [(slot, [papers[one] for one in sent.papers.get(slot, []) if one in papers]) for slot in slots]
    return texts + [Line(text(FIELD_NAMES[slot]), "", found, slot in new) for slot, found in held if found]


def dropped(text: Texts, kept: Application) -> list[str]:
    """Return the names of what the submission before had and the last one has not."""
    before = {**kept.previous.values, **kept.previous.papers}
    gone = [name for name in before if name not in {**kept.fields.values, **kept.fields.papers}]
    return [text(FIELD_NAMES[name]) for name in gone if name in FIELD_NAMES]


def _value(text: Texts, name: str, value: str) -> str:
    if name == "subject_type":
        return text(SUBJECT_NAMES[value]) if value in SUBJECT_NAMES else ""
    if name == "category":
        return " / ".join(text(one) for one in rule.category_name(value))
    return value


def page_of(kind: str) -> str:
    """Return the page of the console where a kind is applied for, as it stands behind the account's path."""
    return f"applications/{KIND_PAGES.get(kind, kind)}"
