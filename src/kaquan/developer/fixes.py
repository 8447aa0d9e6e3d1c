"""Where a mistake is mended: the page of the console by the errcode and cause of a refusal."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kaquan.web.nav import DESKS
from kaquan.web.texts import zh


class Fix(msgspec.Struct, frozen=True):
    """A way out.

    Args:
        page: of the account's console, with a fragment if need be.
        label: what is done there.
    """

    page: str
    label: str


WHITELIST = Fix("develop#whitelist", zh("设置测试白名单"))
CARD_JS = Fix("develop#card-js-domain", zh("设置卡券 JS API 域名"))
JS = Fix("develop#js-domains", zh("设置 JS 安全域名"))
OAUTH = Fix("develop#oauth-domain", zh("设置网页授权域名"))
APPLY = Fix("applications", zh("去申请功能"))
QUOTA = Fix("quota", zh("查看调用额度"))
SECRET = Fix("develop#secret", zh("更换 AppSecret"))
ADDRESSES = Fix("develop#ip-list", zh("设置 IP 白名单"))
CARDS = Fix("cards", zh("打开卡券管理"))
CALLBACK = Fix("develop#callback", zh("设置事件推送"))
FAULTS = Fix("sandbox#faults", zh("查看计划的故障"))

BY_CAUSE: dict[str, tuple[Fix, ...]] = {
    "not_verified": (WHITELIST, CARDS),
    "not_verified_bound": (WHITELIST, CARDS),
    "refused": (WHITELIST, CARDS),
    "off_shelf": (CARDS,),
    "deleted": (CARDS,),
    "stock_empty": (CARDS,),
    "stock_not_raised": (CARDS,),
    "card_js_domain": (CARD_JS,),
    "no_card_js_domain": (CARD_JS,),
    "no_js_domains": (JS,),
    "js_domain": (JS,),
    "js_domain_port": (JS,),
    "function_not_applied": (APPLY,),
    "function_pending": (APPLY,),
    "function_refused": (APPLY,),
    "permission_missing": (APPLY,),
    "not_listed": (ADDRESSES,),
    "rehearsed": (FAULTS,),
    "rehearsed_after": (FAULTS,),
}
BY_ERRCODE: dict[int, tuple[Fix, ...]] = {
    42005: (QUOTA,),
    45009: (QUOTA,),
    45011: (QUOTA,),
    48006: (QUOTA,),
    40125: (SECRET,),
    40201: (CALLBACK,),
    10003: (OAUTH,),
    43009: (APPLY,),
    43010: (APPLY,),
    43008: (APPLY,),
}


def fixes(appid: str, errcode: int, cause: str) -> Iterator[tuple[str, str]]:
    """Yield path and label of each place where a refusal is mended, of those that there are."""
    for fix in (*BY_CAUSE.get(cause, ()), *BY_ERRCODE.get(errcode, ())):
        if "/console/{appid}/" + fix.page.partition("#")[0] in DESKS:
            yield f"/console/{appid}/{fix.page}", fix.label
