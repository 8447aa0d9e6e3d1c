"""A merchant of each kind of database, and one with pages for each device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qa.desk import Desk
from qa.devices import ALL as ALL_DEVICES
from qa.devices import DEVICES, Device
from support.merchant import Merchant, Site
from support.server import Server

ALL = "custom_code,issue"


@pytest.fixture
def desk(server: Server) -> Desk:
    """A merchant with the card function and the permissions of the cases; no sandbox, so answers are the wire's own."""
    return Desk(server.new_app(sandbox=False, card_function="granted", permissions=ALL), server.database)


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> Device:
    """Each device by the account's setting; a test may name others of ``qa.devices.ALL``."""
    return ALL_DEVICES[request.param]


@pytest.fixture
def merchant_with(sqlite_server: Server, site: Site, device: Device) -> Callable[..., Merchant]:
    """Makes a merchant for each device, whose account has these columns."""

    def make(**columns: Any) -> Merchant:
        return Merchant(sqlite_server, site, **{**device.settings, **columns})

    return make
