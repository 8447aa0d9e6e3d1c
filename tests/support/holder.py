"""Somebody with a wallet: a persona of a sandbox app, signed in on a page of the browser."""

from __future__ import annotations

import secrets
from typing import Any

from playwright.sync_api import Page

from kaquan.actions.add_persona import add_persona
from kaquan.actions.keep_account import openids_of
from kaquan.actions.keep_session import open_session
from kaquan.actions.meet import remember_openid
from kaquan.sources import wall_clock
from kaquan.store.apps import App, load_app
from kaquan.store.tx import Tx
from kaquan.wallet.links import card_path
from support.api import Api
from support.server import Server


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
