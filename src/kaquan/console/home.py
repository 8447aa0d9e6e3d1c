"""The first page of the console: the accounts one works at; and how to make another."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_audit import note
from kaquan.actions.keep_members import PLATFORM, add_member, desks_of
from kaquan.actions.manage_app import create_app, new_app
from kaquan.rules.account import clean_nickname
from kaquan.rules.permission import OWNER
from kaquan.sources import new_appid, new_prefix, new_secret, wall_clock
from kaquan.store.apps import App
from kaquan.store.tx import Tx
from kaquan.web.desk import ROLE_NAMES, Desk, console_path
from kaquan.web.page import page
from kaquan.web.texts import zh

MOST_OWNED = 20
NAME_EMPTY = zh("请填写名称")
TOO_MANY = zh("一个用户最多创建 {most} 个账号")


class Place(msgspec.Struct, frozen=True):
    """An account in the list, with the role one has there."""

    app: App
    role: str


@page("/console", visit=Desk)
async def home(visit: Desk) -> Response:
    """List the accounts one works at; who works at none is shown how to begin."""
    person = visit.require_person()
    desks = await visit.read(lambda tx: desks_of(tx, person.id))
    found = [(await visit.platform.apps.get(appid), role) for appid, role in desks if appid]
    places = [Place(app, visit.text(ROLE_NAMES[role])) for app, role in found if app is not None]
    return visit.show("console/home.html", places=places, is_operator=PLATFORM in dict(desks))


@page("/console/new", "GET", "POST", visit=Desk)
async def new(visit: Desk) -> Response:
    """Make an account; who makes it is its owner. The secret is shown this once."""
    person = visit.require_person()
    if visit.request.method == "GET":
        return visit.show("console/new.html", fault="", name="")
    name, sandbox = clean_nickname(visit.form.get("name", "")), visit.form.get("kind") == "sandbox"
    desks = await visit.read(lambda tx: desks_of(tx, person.id))
    too_many = sum(role == OWNER for _, role in desks) >= MOST_OWNED
    if not name or too_many:
        fault = visit.text(TOO_MANY, most=MOST_OWNED) if too_many else visit.text(NAME_EMPTY)
        return visit.show("console/new.html", fault=fault, name=name)
    secret, prefix = new_secret(), new_prefix()
    app = new_app(new_appid(), secret, prefix, name, f"gh_{new_secret()[:12]}", sandbox, "manual")
    visit.role = OWNER
    entry, now = visit.entry("app.create", sandbox=sandbox), wall_clock()

    def make(tx: Tx) -> None:
        create_app(tx, app, now)
        add_member(tx, person.id, app.appid, OWNER, now)
        note(tx, app.appid, entry)

    await visit.write(make)
    return visit.show("console/created.html", app=app, secret=secret, path=console_path(app.appid))
