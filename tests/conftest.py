"""Fixtures that every suite may ask for; what is costly lives as long as the session and is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page

from support.api import Api
from support.browser import Devices, Faults, no_running_loop, running_browser
from support.callback import Receiver
from support.database import Database, Databases
from support.memory import scratch_folder
from support.merchant import Merchant, Site
from support.postgres import Cluster, cluster
from support.server import Server

DIALECTS = ("sqlite", "postgresql")

# A shared machine may pause at any moment; how long an example takes says nothing.
settings.register_profile("kaquan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kaquan")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server that skips fsync."""
    yield from cluster()


@pytest.fixture(scope="session", params=DIALECTS)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """What makes databases, once per kind of database."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    with scratch_folder() as folder:
        yield Databases(folder, server)


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A fresh, migrated database of each kind."""
    with databases.lent() as made:
        yield made


@pytest.fixture(scope="session")
def server(databases: Databases) -> Iterator[Server]:
    """A running server per kind of database, shared by all tests; each test makes an app of its own."""
    with Server(databases.create()) as running:
        yield running


@pytest.fixture(scope="session")
def sqlite_server() -> Iterator[Server]:
    """A running server on SQLite alone, for what does not depend on the database."""
    with scratch_folder() as folder, Server(Databases(folder).create()) as running:
        yield running


@pytest.fixture
def api(server: Server) -> Api:
    """A client of a new sandbox app whose cards are approved at once, on each kind of database."""
    return server.new_app()


@pytest.fixture
def sandbox(sqlite_server: Server) -> Api:
    """A client of a new sandbox app whose cards are approved at once, on SQLite alone."""
    return sqlite_server.new_app()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A callback address that takes every push."""
    listening = Receiver().start()
    yield listening
    listening.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; names below .test lead to this machine."""
    yield from running_browser()


@pytest.fixture
def faults() -> Iterator[Faults]:
    """What goes wrong in the pages of a test, and fails it unless it is expected."""
    seen = Faults()
    yield seen
    seen.check()


@pytest.fixture
def devices(browser: Browser, faults: Faults) -> Iterator[Devices]:
    """As many phones and desktops as a test has people."""
    made = Devices(browser, faults)
    yield made
    made.close()


@pytest.fixture
def phone(devices: Devices) -> Page:
    """A page on a phone of 360 by 640."""
    return devices.phone()


@pytest.fixture
def desktop(devices: Devices) -> Page:
    """A page on a desktop of 1280 by 800."""
    return devices.desktop()


@pytest.fixture(autouse=True)
def loop_of_its_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let tests without a browser run event loops while the browser waits for its next test."""
    if "browser" in request.fixturenames:
        yield
    else:
        with no_running_loop():
            yield


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The web site of merchants."""
    made = Site()
    yield made
    made.stop()


@pytest.fixture
def merchant_with(sqlite_server: Server, site: Site) -> Callable[..., Merchant]:
    """Makes a merchant whose account has these columns."""

    def make(**columns: Any) -> Merchant:
        return Merchant(sqlite_server, site, **columns)

    return make


@pytest.fixture
def merchant(merchant_with: Callable[..., Merchant]) -> Merchant:
    """A merchant with pages on shop.test."""
    return merchant_with()
