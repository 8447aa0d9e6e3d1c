"""The first page of the till: which account's; who works at one goes straight there."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.keep_members import desks_of
from kaquan.rules.permission import may
from kaquan.web.desk import Desk
from kaquan.web.page import page


@page("/till", visit=Desk)
async def home(visit: Desk) -> Response:
    """Lead to the one till that the visitor may use, or list them."""
    person = visit.require_person()
    desks = await visit.read(lambda tx: desks_of(tx, person.id))
    found = [await visit.platform.apps.get(appid) for appid, role in desks if appid and may(role, "till.use")]
    apps = [app for app in found if app is not None]
    return visit.go(f"/till/{apps[0].appid}") if len(apps) == 1 else visit.show("till/home.html", apps=apps)
