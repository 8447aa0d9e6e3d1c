"""Pages for people at a desk: signed in, with a role at the account the page is about, and every change on record."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_audit import Entry, note
from kaquan.actions.keep_members import PLATFORM, desks_of
from kaquan.api.failed import keep_failure
from kaquan.errors import Errcode, Refusal
from kaquan.errors.explain import explain
from kaquan.rules.account import STAFF, Person
from kaquan.rules.permission import NEEDS_FACTOR, Right, may
from kaquan.sources import wall_clock
from kaquan.store.apps import App
from kaquan.store.tx import Tx
from kaquan.web.nav import DESKS, Needs, Shown, navigation
from kaquan.web.page import BODY_LIMIT, Handler, page
from kaquan.web.texts import zh
from kaquan.web.visit import NotAllowed, NotHere, SignInNeeded, Visit

T = TypeVar("T")
ROLE_NAMES = {
    "owner": zh("所有者"),
    "staff": zh("运营"),
    "developer": zh("开发者"),
    "cashier": zh("收银员"),
    "operator": zh("平台运营"),
}


class Said(msgspec.Struct, frozen=True):
    """A refusal in the words of a page.

    Args:
        errcode, errmsg: as on the wire.
        lines: cause, place, what was expected and what mends it, each with its label.
        rid: its reference.
    """

    errcode: int
    errmsg: str
    lines: list[str]
    rid: str


class Desk(Visit):
    """A request for a page of the console, the operator's desk or the till."""

    COOKIE = "kaquan_desk"
    REALM = STAFF
    HOME = "/console"
    ENDS = "web/desk_ends"
    role = ""
    is_operator = False

    async def enter(self, appid: str) -> App:
        """Return the account that this page is about, suspended or not.

        Raises:
            NotHere: there is none.
        """
        app = await self.platform.apps.get(appid) if appid.startswith("wx") else None
        if app is None:
            raise NotHere
        self.call.app = app
        return app

    def require_person(self, appid: str = "") -> Person:
        """Return who is signed in and has shown their second factor, if there is one.

        Raises:
            SignInNeeded: nobody is.
        """
        if self.person is None or not self.proved:
            raise SignInNeeded
        return self.person

    def sign_in_path(self, appid: str, back: str = "") -> str:
        """Return the path of the page that leads back here once the visitor has signed in, or shown the factor."""
        path = super().sign_in_path("", back)
        return path if self.person is None else path.replace("/sign-in", "/me/factor" if self.proved else "/factor", 1)

    async def admit(self, right: Right) -> None:
        """Go on only if the visitor has a right here: at the account in the path, or on the platform.

        Raises:
            SignInNeeded: nobody is signed in, or the second factor was not shown.
            NotHere: there is no such account, or the visitor has no role at it.
            NotAllowed: the role does not have the right.
            FactorMissing: a role of such power needs a second factor first.
        """
        person = self.require_person()
        appid = self.path.get("appid", PLATFORM)
        desks = dict(await self.read(lambda tx: desks_of(tx, person.id)))
        self.is_operator = PLATFORM in desks
        self.role = desks.get(appid, "")
        if not self.role:
            raise NotHere
        if self.role in NEEDS_FACTOR and self.platform.settings.second_factor and not person.has_factor:
            raise FactorMissing
        if appid:
            await self.enter(appid)
        if not may(self.role, right):
            raise NotAllowed(right)

    def may(self, right: Right) -> bool:
        """Tell whether the visitor's role has a right, for what a page offers."""
        return may(self.role, right)

    @property
    def navigation(self) -> list[tuple[str, list[Shown]]]:
        """Return the groups of links that the visitor may follow from here, with their labels."""
        return navigation(self) if self.role else []

    # What is changed.

    async def change(self, name: str, action: Callable[[Tx], T], target: str = "", reason: str = "", **facts: Any) -> T:
        """Run a changing action with its line in the audit log, in one transaction.

        Args:
            name: of the change, such as ``card.delete``; its text stands in ``console/audit_texts.py``.
            action: what changes; where it returns False nothing was changed, and nothing is put on record.
            target: what is changed, such as a card_id.
            reason: why, where the page asks for it.
            facts: what else there is to say of it; nothing secret.
        """
        entry = self.entry(name, target, reason, **facts)

        def both(tx: Tx) -> T:
            result = action(tx)
            if result is not False:
                note(tx, self.call.appid, entry)
            return result

        result = await self.write(both)
        if self.call.appid:
            self.platform.apps.forget(self.call.appid)
        return result

    async def note(self, name: str, target: str = "", reason: str = "", **facts: Any) -> None:
        """Add a line to the audit log for a change that was made by a batched command."""
        entry = self.entry(name, target, reason, **facts)
        await self.write(lambda tx: note(tx, self.call.appid, entry))

    def entry(self, name: str, target: str = "", reason: str = "", **facts: Any) -> Entry:
        """Return a line of the audit log by this visitor."""
        person = self.require_person()
        return Entry(
            id=self.platform.ids(),
            create_time=wall_clock(),
            account_id=person.id,
            name=person.name,
            role=self.role,
            action=name,
            target=target[:200],
            reason=reason[:500],
            facts=msgspec.json.encode(facts).decode(),
        )

    def refuse(self, refused: Refusal, started: float, status: int = 200) -> Response:
        """Keep a refusal and return the page that says what it was."""
        return self.end("refused", status, said=self.refused(refused, started))

    def refused(self, refused: Refusal, started: float | None = None) -> Said:
        """Keep a refused change and return what to say of it; ``kaquan explain`` knows its reference."""
        begun = time.perf_counter() if started is None else started
        return self.said(refused, keep_failure(self.call, refused, begun)[0])

    def said(self, refused: Refusal, rid: str) -> Said:
        """Return what to say of a refusal that was kept under a reference, empty for one that was not."""
        told = explain(refused.errcode, refused.cause, refused.facts)
        return Said(int(refused.errcode), told.errmsg, list(told.lines(self.language).values()), rid)


class FactorMissing(SignInNeeded):
    """A role of such power needs a second factor; the visitor is led to set one up."""


def desk(
    path: str,
    *methods: str,
    sees: Right,
    changes: Right | None = None,
    body_limit: int = BODY_LIMIT,
    tells_suspension: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the handler of a page for people at a desk.

    Args:
        path: with ``{appid}`` for a page about an account; without it the page is about the platform.
        methods: GET unless given.
        sees: the right to open it.
        changes: the right to post to it, that to open it unless given.
        body_limit: bytes of what is posted.
        tells_suspension: the handler itself answers what is posted to a suspended account.
    """
    needs = Needs(sees, changes or sees)

    def register(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(visit: Desk) -> Response:
            changes = visit.request.method == "POST"
            await visit.admit(needs.changes if changes else needs.sees)
            if changes and not tells_suspension and visit.call.appid and visit.app.suspended:
                raise Errcode.API_FORBIDDEN("suspended", appid=visit.app.appid)
            answer = handler(visit)
            return await answer if inspect.isawaitable(answer) else answer

        DESKS[path] = needs
        return page(path, *methods, visit=Desk, body_limit=body_limit)(guarded)

    return register


def console_path(appid: str, page: str = "") -> str:
    """Return the path of a page about an account, its first one unless named."""
    return f"/console/{quote(appid)}/{page}".rstrip("/")
