"""The visitor's own account: nickname, password, sessions."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from kaquan.actions.keep_account import set_nickname
from kaquan.actions.keep_session import digest_of, list_sessions
from kaquan.actions.meet import name_person
from kaquan.rules.account import Person, clean_nickname, device
from kaquan.web.account import OF_EVERYBODY, Changes, show_or_change
from kaquan.web.page import page
from kaquan.web.texts import zh
from kaquan.web.visit import Visit

SAVED = zh("已保存")
NICKNAME_EMPTY = zh("昵称不能为空")


@page("/wallet/me", "GET", "POST")
async def me(visit: Visit) -> Response:
    """Show the account, and change what a form of it asks for."""
    return await show_or_change(visit, CHANGES, show)


async def rename(visit: Visit, person: Person) -> str:
    """Take another nickname; every merchant who knows the person sees it."""
    nickname = clean_nickname(visit.form.get("nickname", ""))
    if not nickname:
        return NICKNAME_EMPTY
    for known in await visit.write(lambda tx: set_nickname(tx, person.id, nickname)):
        await visit.write(partial(name_person, appid=known[0], openid=known[1], nickname=nickname))
    return ""


CHANGES: Changes = {**OF_EVERYBODY, "nickname": rename}


async def show(visit: Visit, person: Person, fault: str | None = None) -> Response:
    """Show the account; ``fault`` is what a change ended in, empty for well, None when there was none."""
    sessions = await visit.read(lambda tx: list_sessions(tx, person.id))
    return visit.show(
        "wallet/me.html",
        person=person,
        sessions=sessions,
        device=device,
        this=digest_of(visit.cookie),
        fault=visit.text(fault) if fault else "",
        done=visit.text(SAVED) if fault == "" else "",
    )
