"""Somebody at a desk without a browser: an account with a role, and a session of it."""

from __future__ import annotations

import secrets

from playwright.sync_api import Page

from kaquan.actions.keep_account import sign_up
from kaquan.actions.keep_members import PLATFORM, add_member
from kaquan.actions.keep_session import open_session
from kaquan.rules.account import STAFF, Person
from kaquan.rules.permission import OPERATOR
from kaquan.sources import wall_clock
from kaquan.store.tx import Tx
from support.api import Api
from support.server import Server
from support.visitor import Visitor

COOKIE = "kaquan_desk"


class Worker(Visitor):
    """Somebody who is signed in at the desks.

    Args:
        server: the running server.
        appid: where they have a role; empty for the platform itself.
        role: which; empty for somebody who has none anywhere.
        language: as the browser asks for it.
    """

    FORM = "/console/sign-in"

    def __init__(self, server: Server, appid: str, role: str, language: str = "zh-CN") -> None:
        super().__init__(server, language=language)
        self._server = server
        session, name = secrets.token_urlsafe(32), f"{role or 'nobody'}{secrets.token_hex(4)}"
        self.person = Person(secrets.token_hex(16), name, name, "", STAFF)

        def hire(tx: Tx) -> None:
            now = wall_clock()
            sign_up(tx, self.person, "", now)
            open_session(tx, session, self.person.id, "test", now)
            if role:
                add_member(tx, self.person.id, appid, role, now)

        server.database.transact(hire)
        self._cookies[COOKIE] = session

    def forget(self) -> None:
        """Lose the session's cookie, and what the pages of that session hid in their forms."""
        del self._cookies[COOKIE]
        self.hidden = {}

    def use(self, name: str, value: str) -> None:
        """Take a cookie that was found."""
        self._cookies[name] = value

    def upload(self, url: str, files: list[tuple[str, str, bytes]], **fields: str) -> int:
        """Send a form with files, each its field, its name and its content, and return the status of the answer."""
        self.get(self.FORM)
        mark = secrets.token_hex(16)
        parts = [
            f'--{mark}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in {**self.hidden, **fields}.items()
        ]
        for name, called, content in files:
            head = f'--{mark}\r\ncontent-disposition: form-data; name="{name}"; filename="{called}"\r\n\r\n'
            parts += [head.encode(), content, b"\r\n"]
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        return self._send("POST", url, body, f"multipart/form-data; boundary={mark}")

    def sit_down(self, page: Page) -> Page:
        """Sign in on a page of a browser, and return it."""
        cookie = {"name": COOKIE, "value": self._cookies[COOKIE], "url": self._server.base_url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page


def worker(server: Server, api: Api, role: str = "owner", language: str = "zh-CN") -> Worker:
    """Return somebody with this role at the account of a client; an operator has theirs on the platform."""
    return Worker(server, PLATFORM if role == OPERATOR else api.appid, role, language)
