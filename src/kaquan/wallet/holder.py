"""The holder of a card, and what every page about one held card begins with."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kaquan.actions.list_holdings import Holding, load_holding
from kaquan.actions.meet import find_openid
from kaquan.rules import code as rule
from kaquan.rules.card_content import BaseInfo
from kaquan.store.tx import Tx
from kaquan.web.links import card_path, text_of
from kaquan.web.visit import NotHere, Visit


class Held(msgspec.Struct, frozen=True):
    """One card in the visitor's hands."""

    appid: str
    openid: str
    holding: Holding
    state: str

    @property
    def base(self) -> BaseInfo:
        """Return what every card has."""
        return self.holding.content.base_info

    @property
    def code(self) -> str:
        """Return the code's text."""
        return self.holding.code.code

    @property
    def card_id(self) -> str:
        """Return the card's id."""
        return self.holding.code.card_id

    def path(self, page: str = "") -> str:
        """Return the path of the card's page, or of one below it."""
        return card_path(self.appid, self.card_id, self.code, page)


async def hold(visit: Visit) -> Held:
    """Return the card that the path names, where the visitor holds it.

    Raises:
        NotHere: there is none, or it is somebody else's.
        SignInNeeded: nobody is signed in.
    """
    app = await visit.enter(visit.path["appid"])
    person = visit.require_person()
    openid = await visit.read(lambda tx: find_openid(tx, person.id, app.appid))
    found = await visit.read(_loading(visit, openid)) if openid else None
    if found is None:
        raise NotHere
    return Held(app.appid, openid, found, rule.state(found.code, visit.now))


def _loading(visit: Visit, openid: str) -> Callable[[Tx], Holding | None]:
    card_id, code = visit.path["card_id"], text_of(visit.path["code"])
    return lambda tx: load_holding(tx, visit.app.appid, openid, card_id, code)
