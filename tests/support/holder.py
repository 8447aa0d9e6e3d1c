"""Somebody with a wallet: a persona of a sandbox app, signed in on a page of the browser."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page

from kaquan.actions.add_persona import add_persona
from kaquan.actions.keep_account import openids_of
from kaquan.actions.keep_session import open_session
from kaquan.actions.meet import remember_openid
from kaquan.sources import wall_clock
from kaquan.store import tables
from kaquan.store.apps import App, load_app
from kaquan.store.tx import Tx
from kaquan.web.links import card_path
from support.api import Api
from support.server import Server

Shown = Callable[..., dict[str, Any]]
"""Makes the body of a card of a type; ``base`` and the type's own fields are changed as ``card_bodies.card`` does."""


def _drawn() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (300, 300), "#b03060").save(picture, "PNG")
    return picture.getvalue()


PNG = _drawn()
"""A picture that can be uploaded."""


class Holder:
    """A persona.

    Args:
        server: where.
        api: the sandbox app whose persona it is.
        name: shown to others.
    """

    def __init__(self, server: Server, api: Api, name: str = "alice") -> None:
        self.server = server
        self.api = api
        self.openid = api.person(name)

        def make(tx: Tx) -> None:
            app = load_app(tx, api.appid)
            assert isinstance(app, App)
            add_persona(tx, app, name, self.openid, wall_clock())

        server.database.transact(make)

    def meet(self, api: Api) -> str:
        """Make the person known to another account as well, and return the openid there."""
        openid = api.person(self.openid)
        self.server.database.transact(lambda tx: remember_openid(tx, self.openid, api.appid, openid))
        return openid

    def known_as(self) -> list[tuple[str, str]]:
        """Return under which openids accounts know the person."""
        return self.server.database.transact(lambda tx: openids_of(tx, self.openid))

    def cookie(self) -> str:
        """Open a session and return its cookie."""
        cookie = secrets.token_urlsafe(32)
        self.server.database.transact(lambda tx: open_session(tx, cookie, self.openid, "test", wall_clock()))
        return cookie

    def sign_in(self, page: Page) -> None:
        """Sign in on a page."""
        page.context.add_cookies([{"name": "kaquan", "value": self.cookie(), "url": self.server.base_url}])

    def card(self, body: dict[str, Any], **claim: Any) -> tuple[str, str]:
        """Create a card and claim it, and return card_id and code."""
        card_id = self.api.create_card(body)
        return card_id, self.api.claim(card_id, self.openid, **claim)

    def address(self, card_id: str, code: str, page: str = "") -> str:
        """Return the address of a held card's page."""
        return self.server.base_url + card_path(self.api.appid, card_id, code, page)

    def tape(self, event: str) -> list[tuple[str, str, str]]:
        """Return openid, card and code of each event of a name."""
        table = tables.journal.c
        query = sa.select(table.openid, table.card_id, table.code).where(
            table.appid == self.api.appid, table.event == event
        )
        rows = self.server.database.transact(lambda tx: tx.all(query.order_by(table.id)))
        return [tuple(row) for row in rows]


def scanned(place: Locator) -> list[tuple[str, str]]:
    """Return format and text of what a scanner reads from a part of the screen."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(place.screenshot())).convert("L"))
    return [(str(one.format), one.text) for one in found]


def send(api: Api, openid: str, message: dict[str, Any]) -> None:
    """Send somebody a message."""
    api.ok("/cgi-bin/message/custom/send", {"touser": openid, **message})


def store(api: Api, branch: str) -> int:
    """Open a branch and return its poi_id."""
    base = {
        "sid": branch,
        "business_name": "熊猫茶馆",
        "branch_name": branch,
        "province": "四川省",
        "city": "成都市",
        "district": "锦江区",
        "address": "人民南路二段1号",
        "telephone": "028-12345678",
        "categories": ["美食,茶馆"],
        "offset_type": 1,
        "longitude": 104.06,
        "latitude": 30.65,
    }
    poi_id: int = api.ok("/cgi-bin/poi/addpoi", {"business": {"base_info": base}})["poi_id"]
    return poi_id


def upload(api: Api, picture: bytes) -> str:
    """Upload a PNG and return its address."""
    head = 'Content-Disposition: form-data; name="buffer"; filename="a.png"\r\nContent-Type: image/png'
    body = f"--B\r\n{head}\r\n\r\n".encode() + picture + b"\r\n--B--\r\n"
    target = f"/cgi-bin/media/uploadimg?access_token={api.token}"
    url: str = json.loads(api.http.send("POST", target, body, content_type="multipart/form-data; boundary=B")[1])["url"]
    return url
