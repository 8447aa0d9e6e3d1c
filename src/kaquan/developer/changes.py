"""What is changed under 开发设置: how calls are read, the secret, who may ask for tokens, domains, testers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from kaquan.actions.manage_app import change_app, set_card_js_domain
from kaquan.actions.rotate_secret import end_overlap, rotate_secret
from kaquan.actions.set_ip_list import set_ip_list
from kaquan.actions.set_whitelist import set_whitelist
from kaquan.api.card.testwhitelist import WhitelistSet, check_testers
from kaquan.errors import Refusal
from kaquan.events.post import Checked
from kaquan.rules.host import host_of
from kaquan.rules.ip_list import read_ip_list
from kaquan.rules.js_call import DEVICES
from kaquan.rules.js_domain import card_js_domain, js_domains
from kaquan.rules.openid import is_of_account
from kaquan.sources import new_secret, wall_clock
from kaquan.store.apps import LOGGED
from kaquan.web.desk import Desk, Said
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

HOUR = 3600
OVERLAPS = (24 * HOUR, 7 * 24 * HOUR, HOUR, 0)
# Choices with their values; the first group is every account's, the second a sandbox app's.
CHOICES: dict[str, tuple[str, ...]] = {"profile": ("strict", "lenient"), "expired_token": ("42001", "40001")}
OF_SANDBOX: dict[str, tuple[str, ...]] = {"review": ("auto", "manual"), "js_device": DEVICES, "log_calls": LOGGED}
LINES = re.compile(r"[\s,，;；]+")
SAVED = zh("已保存")
# Why a text is no host, in the words of rules/host.py and rules/js_domain.py.
NO_HOST = {
    "it has blanks in it": zh("域名里不能有空格"),
    "leave the scheme away": zh("不要写 http:// 或 https://"),
    "leave the user away": zh("不要写用户名"),
    "leave the path away": zh("不要写路径，只写域名"),
    "it has to be one host": zh("只能是一个域名，不能用通配符"),
    "write it in its ASCII form (xn--)": zh("中文域名请写成 xn-- 开头的形式"),
    "an IPv6 address is not taken": zh("不能是 IPv6 地址"),
    "the port has to be 1 to 65535": zh("端口应为 1 至 65535"),
    "it is no host name": zh("这不是域名"),
    "at most 5 domains are possible": zh("最多 5 个域名"),
}


class Told(msgspec.Struct, frozen=True):
    """What the page says after a change.

    Args:
        section: its part of the page.
        done, fault: in a line.
        refused: in all words.
        secrets: label and text of what is shown this once.
        check: what came of asking the callback.
        fields: what was typed, to be shown again.
    """

    section: str = ""
    done: str = ""
    fault: str = ""
    refused: Said | None = None
    secrets: tuple[tuple[str, str], ...] = ()
    check: Checked | None = None
    fields: dict[str, str] = {}


Change = Callable[[Desk], Awaitable[Told]]


def saved(visit: Desk, section: str, **more: Any) -> Told:
    """Return that a part of the page was saved."""
    return Told(section, done=visit.text(SAVED), **more)


async def settings(visit: Desk) -> Told:
    """Change how calls are read and what is kept of them."""
    known = {**CHOICES, **(OF_SANDBOX if visit.app.sandbox else {})}
    sent = {name: value for name, value in visit.form.items() if value in known.get(name, ())}
    values: dict[str, Any] = {
        **sent,
        **({"expired_token": int(sent["expired_token"])} if "expired_token" in sent else {}),
    }
    if not values:
        raise NotHere
    await visit.change("app.setting", lambda tx: change_app(tx, visit.app.appid, **values), **sent)
    return saved(visit, "settings")


async def rotate(visit: Desk) -> Told:
    """Make a new secret, which is shown this once; the one before works on for the overlap."""
    text = visit.form.get("overlap", "")
    overlap = next((one for one in OVERLAPS if str(one) == text), None)
    if overlap is None:
        raise NotHere
    appid, secret, when = visit.app.appid, new_secret(), (overlap, wall_clock(), visit.platform.record())
    await visit.change("secret.rotate", lambda tx: rotate_secret(tx, appid, secret, *when), hours=overlap // HOUR)
    return Told("secret", secrets=((visit.text(zh("新的 AppSecret")), secret),))


async def end_old(visit: Desk) -> Told:
    """End the secret before the present one at once."""
    now, record = wall_clock(), visit.platform.record()
    await visit.change("secret.end", lambda tx: end_overlap(tx, visit.app.appid, now, record))
    return Told("secret", done=visit.text(zh("旧的 AppSecret 已失效")))


async def addresses(visit: Desk) -> Told:
    """Say which addresses may ask for tokens."""
    typed, now, record = visit.form.get("ip_list", ""), wall_clock(), visit.platform.record()
    try:
        listed = read_ip_list(LINES.split(typed))
    except Refusal as refused:
        return Told("ip-list", refused=visit.refused(refused), fields={"ip_list": typed})
    await visit.change("ip_list.set", lambda tx: set_ip_list(tx, visit.app.appid, listed, now, record), ip_list=listed)
    return saved(visit, "ip-list")


def domain_of(name: str, section: str, read: Callable[[str], str]) -> Change:
    """Return what sets a column of hosts from the field of its name."""

    async def change(visit: Desk) -> Told:
        typed = visit.form.get(name, "").strip()
        try:
            value = read(typed) if typed else ""
        except ValueError as fault:
            return Told(section, fault=visit.text(NO_HOST[str(fault)]), fields={name: typed})
        await visit.change("domain.set", lambda tx: change_app(tx, visit.app.appid, **{name: value}), **{name: value})
        return saved(visit, section)

    return change


async def card_domain(visit: Desk) -> Told:
    """Set the card JS API domain, or change it the one time."""
    typed = visit.form.get("card_js_domain", "")
    try:
        domain = card_js_domain(typed)
        await visit.change(
            "domain.set", lambda tx: set_card_js_domain(tx, visit.app.appid, domain), card_js_domain=domain
        )
    except Refusal as refused:
        return Told("card-js-domain", refused=visit.refused(refused), fields={"card_js_domain": typed})
    return saved(visit, "card-js-domain")


async def testers(visit: Desk) -> Told:
    """Replace the people who may claim cards before their approval."""
    typed, app = visit.form.get("testers", ""), visit.app
    named = list(filter(None, LINES.split(typed)))
    openids = [one for one in named if is_of_account(one, app.prefix)]
    asked = WhitelistSet(openids, [one for one in named if one not in openids])
    try:
        check_testers(asked, app, visit.now)
    except Refusal as refused:
        return Told("whitelist", refused=visit.refused(refused), fields={"testers": typed})
    _, known = await visit.change(
        "whitelist.set", lambda tx: set_whitelist(tx, app.appid, asked.openid, asked.username), size=len(named)
    )
    strangers = [one for one in asked.username if one not in known]
    if strangers:
        fault = visit.text(zh("已保存其余的；这些人不认识：{names}"), names="、".join(strangers))
        return Told("whitelist", fault=fault)
    return saved(visit, "whitelist")


CHANGES: dict[str, Change] = {
    "settings": settings,
    "rotate": rotate,
    "end_old": end_old,
    "addresses": addresses,
    "oauth_domain": domain_of("oauth_domain", "oauth-domain", host_of),
    "js_domains": domain_of("js_domains", "js-domains", js_domains),
    "card_js_domain": card_domain,
    "testers": testers,
}
