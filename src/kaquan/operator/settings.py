"""The platform's settings as they are in force, and those that an operator may change while it runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_choices import NAMES, choose, load_choices
from kaquan.settings import DEFAULTS, Settings, source_of
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

NOTICE_MOST = 300
MEANINGS = {
    "database_url": zh("数据库地址"),
    "listen": zh("监听的地址和端口"),
    "public_url": zh("用户访问本平台的地址"),
    "key_file": zh("主密钥文件"),
    "workers": zh("服务进程数"),
    "allow_private_callbacks": zh("事件可以推送到内网和本机地址"),
    "keep_calls_days": zh("失败请求保留天数"),
    "keep_calls": zh("每个账号保留的失败请求数"),
    "queue": zh("每类批处理命令最多排队数"),
    "batch": zh("一次事务最多的命令数"),
    "live_tickets": zh("每个账号未过期的二维码卡券数上限"),
    "personas_of": zh("登录页提供虚拟用户的沙箱账号"),
    "oidc_issuer": zh("外部登录服务的地址"),
    "oidc_client_id": zh("外部登录服务的客户端标识"),
    "oidc_client_secret": zh("外部登录服务的客户端密钥"),
    "oidc_name": zh("外部登录服务的名称"),
    "merchant_sign_up": zh("商户可以自行注册"),
    "second_factor": zh("所有者和平台运营必须启用两步验证"),
    "metrics_token": zh("从别的机器抓取指标的令牌"),
    "delivery_retry_seconds": zh("事件重新推送前的等待秒数"),
    "notice": zh("控制台首页的公告"),
}
SECRET = frozenset({"oidc_client_secret", "metrics_token"})
SOURCES = {
    "default": zh("默认值"),
    "environment": zh("环境变量"),
    "flag": zh("命令行参数"),
    "desk": zh("平台设置"),
}
PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")
WRONG = zh("“{name}”的取值不对")
# What each choice may be: reads what was written, None where it is wrong.
READERS: dict[str, Callable[[str], bool | int | str | None]] = {
    "merchant_sign_up": {"yes": True, "no": False}.get,
    "keep_calls_days": lambda text: whole(text, 1, 3650),
    "keep_calls": lambda text: whole(text, 100, 10_000_000),
    "notice": lambda text: " ".join(text.split())[:NOTICE_MOST],
}


class Shown(msgspec.Struct, frozen=True):
    """A setting as the page shows it; ``variable`` is its environment variable."""

    name: str
    meaning: str
    value: str
    source: str
    variable: str


def whole(text: str, least: int, most: int) -> int | None:
    """Return a whole number within bounds, None for anything else."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
    return number if least <= number <= most else None


@desk("/operator/settings", "GET", "POST", sees="platform.see", changes="platform.change")
async def settings(visit: Desk) -> Response:
    """Show the settings, and change one of those that may be."""
    if visit.request.method == "GET":
        return show(visit)
    name, written = visit.form.get("name", ""), visit.form.get("value", "").strip()
    if name not in NAMES:
        raise NotHere
    back = visit.form.get("change") == "back"
    value = None if back else READERS[name](written)
    if value is None and not back:
        return show(visit, visit.text(WRONG, name=visit.text(MEANINGS[name])))
    facts: dict[str, Any] = {} if back else {"value": value}
    await visit.change("platform.setting", lambda tx: choose(tx, name, value), name, **facts)
    visit.platform.choices = await visit.read(lambda tx: load_choices(tx, visit.platform.settings))
    return visit.go("/operator/settings?done=1")


def show(visit: Desk, fault: str = "") -> Response:
    """Show the page."""
    choices, known = visit.platform.choices, visit.platform.settings
    names = [name for name in Settings.__struct_fields__ if name in MEANINGS and name not in NAMES]
    return visit.show(
        "operator/settings.html",
        shown=[shown(visit, known, name) for name in names],
        choices=choices,
        meanings={name: visit.text(MEANINGS[name]) for name in NAMES},
        sources={name: visit.text(SOURCES[_source(visit, name)]) for name in NAMES},
        notice_most=NOTICE_MOST,
        done=visit.text("已保存，所有进程在几秒内生效") if visit.query.get("done") else "",
        fault=fault,
    )


def shown(visit: Desk, known: Settings, name: str) -> Shown:
    """Return a setting; of a secret only whether there is one."""
    value, default = getattr(known, name), getattr(DEFAULTS, name)
    if name in SECRET:
        text = visit.text("已设置（不显示）") if value else ""
    elif isinstance(default, bool):
        text = visit.text("是") if value else visit.text("否")
    else:
        text = PASSWORD.sub(r"\1…@", str(value))
    source = visit.text(SOURCES[source_of(known, name)])
    return Shown(name, visit.text(MEANINGS[name]), text, source, f"KAQUAN_{name.upper()}")


def _source(visit: Desk, name: str) -> str:
    if name in visit.platform.choices.chosen or name not in Settings.__struct_fields__:
        return "desk" if name in visit.platform.choices.chosen else "default"
    return source_of(visit.platform.settings, name)
