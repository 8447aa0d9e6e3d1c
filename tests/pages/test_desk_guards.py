"""What guards the desks: forms only their pages can send, sessions nobody can plant, guesses that come to an end."""

from __future__ import annotations

import re
import secrets
from functools import partial

import pytest

from kaquan.actions.keep_account import find_account, sign_up
from kaquan.actions.keep_audit import Entry, list_audit
from kaquan.actions.keep_factor import set_factor
from kaquan.actions.keep_members import find_invitation, invite, join, role_of
from kaquan.keys import Keys, read_master_key
from kaquan.rules.account import STAFF, Person
from kaquan.sources import wall_clock
from kaquan.store.tx import Tx
from kaquan.web.nav import DESKS
from kaquan.web.passwords import HASHER
from pages.test_roles import METHODS, address
from support.api import Api
from support.database import Database
from support.server import Server
from support.worker import COOKIE, Worker, worker

PASSWORD = "correct horse"
SECRET = bytes(range(20))
HASHED = HASHER.hash(PASSWORD)
POSTED = sorted(path for path in DESKS if "POST" in METHODS[path])


@pytest.fixture(scope="module")
def api(sqlite_server: Server) -> Api:
    """An account that nobody else uses."""
    return sqlite_server.new_app()


@pytest.fixture(scope="module")
def workers(sqlite_server: Server, api: Api) -> dict[bool, Worker]:
    """Who may do everything: on the platform, and at the account."""
    return {True: worker(sqlite_server, api, "operator"), False: worker(sqlite_server, api, "owner")}


@pytest.fixture
def name(sqlite_server: Server) -> str:
    """The name of somebody with a password and no second factor."""
    person = Person(secrets.token_hex(16), f"p{secrets.token_hex(6)}", "p", "", STAFF)
    sqlite_server.database.transact(lambda tx: sign_up(tx, person, HASHED, wall_clock()))
    return person.name


@pytest.fixture
def stranger(sqlite_server: Server) -> Worker:
    """Somebody who has not signed in."""
    one = Worker(sqlite_server, "", "")
    one.forget()
    return one


@pytest.mark.parametrize("path", POSTED)
def test_a_form_without_its_token_changes_nothing(workers: dict[bool, Worker], api: Api, path: str) -> None:
    one = workers["{appid}" not in path]
    where = address(path, api.appid)
    assert one.post(where, csrf="") == 403
    assert one.post(where, csrf="0" * 32) == 403


@pytest.mark.parametrize("path", sorted(DESKS))
def test_every_page_has_its_policy_and_is_kept_by_nobody(workers: dict[bool, Worker], api: Api, path: str) -> None:
    one = workers["{appid}" not in path]
    one.get(address(path, api.appid))
    policy = one.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert one.headers["x-content-type-options"] == "nosniff"
    assert one.headers["cache-control"] == "no-store"


def test_signing_in_gives_a_session_that_nobody_could_plant(stranger: Worker, name: str) -> None:
    planted = secrets.token_urlsafe(32)
    stranger.use(COOKIE, planted)
    assert stranger.post("/console/sign-in", name=name, password=PASSWORD) == 303
    assert planted not in stranger.cookie
    assert stranger.get("/console") == 200
    stranger.use(COOKIE, planted)
    assert stranger.get("/console") == 303


def test_signing_out_ends_the_session_on_the_server(stranger: Worker, name: str) -> None:
    stranger.post("/console/sign-in", name=name, password=PASSWORD)
    assert stranger.get("/console") == 200
    kept = stranger.cookie
    assert stranger.post("/console/sign-out") == 303
    stranger.use(COOKIE, kept.partition(f"{COOKIE}=")[2].partition(";")[0])
    assert stranger.get("/console") == 303


def test_guessed_passwords_come_to_an_end_and_the_right_one_with_them(stranger: Worker, name: str) -> None:
    answers = [stranger.post("/console/sign-in", name=name, password=f"guess {number}") for number in range(11)]
    assert answers == [200] * 10 + [429]
    assert stranger.post("/console/sign-in", name=name, password=PASSWORD) == 429


def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(
    sqlite_server: Server, stranger: Worker, name: str
) -> None:
    keys = Keys(read_master_key(sqlite_server.database.settings.key_path))
    database, recovery = sqlite_server.database, ["aaaa-bbbb", "cccc-dddd"]
    owner = database.transact(lambda tx: account_of(tx, name))
    database.transact(lambda tx: set_factor(tx, keys, owner, SECRET, 0, recovery))
    stranger.post("/console/sign-in", name=name, password=PASSWORD)
    before = stranger.cookie
    for page in ("/console", "/console/me", "/console/new", "/console/me/factor"):
        assert (stranger.get(page), stranger.headers["location"][:16]) == (303, "/console/factor?")
    assert stranger.get("/console/factor") == 200
    assert [stranger.post("/console/factor", code=f"{number:06d}") for number in range(9)] == [200] * 9
    assert stranger.post("/console/factor", code=" AAAA BBBB ") == 303
    assert stranger.cookie != before
    assert stranger.get("/console") == 200
    other = Worker(sqlite_server, "", "")
    other.forget()
    other.post("/console/sign-in", name=name, password=PASSWORD)
    assert other.get("/console/factor") == 200
    # The tenth guess was the last of this quarter of an hour, whatever it is.
    assert other.post("/console/factor", code="cccc-dddd") == 429


def account_of(tx: Tx, name: str) -> str:
    """Return the id of somebody's account at the desks."""
    found = find_account(tx, name, STAFF)
    assert found is not None
    return found[0].id


def test_no_page_shows_a_secret(sqlite_server: Server, api: Api, workers: dict[bool, Worker]) -> None:
    one = workers[False]
    one.post("/console/new", name="tea", kind="merchant")
    (secret,) = re.findall(r'id="secret"[^>]*>([0-9a-f]{32})<', one.page)
    (appid,) = re.findall(r'id="appid"[^>]*>(wx[0-9a-f]{16})<', one.page)
    for path in sorted(DESKS):
        if "{appid}" in path:
            one.get(address(path, appid))
            assert secret not in one.page
    assert secret not in sqlite_server.log


def test_an_invitation_is_good_for_one_person_and_seven_days(database: Database) -> None:
    now = 1_700_000_000
    entry = Entry(id=1, create_time=now, account_id="a", name="ann", role="", action="member.join")
    made = partial(invite, appid="wx1", role="cashier", note="", invited_by="ann", now=now)
    database.transact(lambda tx: made(tx, "old"))
    database.transact(lambda tx: made(tx, "new"))
    assert database.transact(lambda tx: find_invitation(tx, "old", now + 7 * 86400)) is None
    assert database.transact(lambda tx: join(tx, "old", "a", now + 7 * 86400, entry)) is None
    assert database.transact(lambda tx: join(tx, "new", "a", now, entry)) is not None
    assert database.transact(lambda tx: join(tx, "new", "b", now, entry)) is None
    assert [database.transact(partial(role_of, account_id=one, appid="wx1")) for one in "ab"] == ["cashier", ""]
    assert [one.action for one in database.transact(lambda tx: list_audit(tx, "wx1", 0, 9))] == ["member.join"]
