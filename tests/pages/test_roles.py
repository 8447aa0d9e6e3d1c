"""Who may open what at the desks: every registered page as every role, as a stranger, and from another account."""

from __future__ import annotations

import re

import pytest

from kaquan.rules.permission import OPERATOR, ROLES, roles_of
from kaquan.site import load_pages
from kaquan.web.nav import DESKS
from kaquan.web.page import PAGES
from support.api import Api
from support.server import Server
from support.worker import Worker, worker

load_pages()
METHODS = {one.path: one.methods for one in PAGES}
EVERYBODY = (*ROLES, OPERATOR)


def address(path: str, appid: str) -> str:
    """Return a page's address at an account; what else stands in its path names nothing that there is."""
    return re.sub(r"\{\w+(:\w+)?\}", "none", path.replace("{appid}", appid))


@pytest.fixture(scope="module")
def api(sqlite_server: Server) -> Api:
    """An account that nobody else uses."""
    return sqlite_server.new_app()


@pytest.fixture(scope="module")
def workers(sqlite_server: Server, api: Api) -> dict[str, Worker]:
    """Somebody of each role."""
    return {role: worker(sqlite_server, api, role) for role in EVERYBODY}


@pytest.fixture(scope="module")
def elsewhere(sqlite_server: Server) -> Worker:
    """The owner of another account."""
    return worker(sqlite_server, sqlite_server.new_app(), "owner")


def expected(path: str, role: str, allowed: bool) -> tuple[bool, int]:
    """Return whether a page refuses somebody of a role, and how."""
    of_platform = "{appid}" not in path
    if (role == OPERATOR) != of_platform:
        return True, 404
    return (not allowed), 403


@pytest.mark.parametrize("path", sorted(DESKS))
def test_a_page_opens_for_the_roles_of_its_right_alone(
    workers: dict[str, Worker], elsewhere: Worker, sqlite_server: Server, api: Api, path: str
) -> None:
    needs, where = DESKS[path], address(path, api.appid)
    for role, one in workers.items():
        for right, method in ((needs.sees, "GET"), (needs.changes, "POST")):
            if method not in METHODS[path]:
                continue
            refused, status = expected(path, role, role in roles_of(right))
            answered = one.get(where) if method == "GET" else one.post(where)
            assert (answered == status) if refused else (answered not in {403, 500, 503}), (role, right, answered)
    assert elsewhere.get(where) == 404
    assert elsewhere.post(where) == 404
    stranger = Worker(sqlite_server, "", "")
    ask = stranger.get if "GET" in METHODS[path] else stranger.post
    assert ask(where) == 404
    stranger.forget()
    assert ask(where) == 303
    assert "/console/sign-in" in stranger.headers["location"]
