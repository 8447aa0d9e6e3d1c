"""Somebody with a wallet, and cards whose pictures can be loaded."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import card
from playwright.sync_api import Page

from support.holder import PNG, Holder, Shown, upload
from support.server import Server


@pytest.fixture(scope="module")
def picture(sqlite_server: Server) -> str:
    """The address of an uploaded picture; the pages of the tests load nothing from elsewhere."""
    return upload(sqlite_server.new_app(), PNG)


@pytest.fixture
def me(sqlite_server: Server) -> Holder:
    """A person with a wallet at a sandbox app."""
    return Holder(sqlite_server, sqlite_server.new_app())


@pytest.fixture
def mine(me: Holder, phone: Page) -> Page:
    """The person's phone."""
    me.sign_in(phone)
    return phone


@pytest.fixture
def shown(picture: str) -> Shown:
    """What makes bodies of cards whose logo can be loaded."""

    def body(card_type: str = "GROUPON", base: dict[str, Any] | None = None, **own: Any) -> dict[str, Any]:
        return card(card_type, {"logo_url": picture, **(base or {})}, **own)

    return body
