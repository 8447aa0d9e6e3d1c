"""A merchant of each kind of database."""

from __future__ import annotations

import pytest

from qa.desk import Desk
from support.server import Server

ALL = "custom_code,issue"


@pytest.fixture
def desk(server: Server) -> Desk:
    """A merchant with the card function and the permissions of the cases; no sandbox, so answers are the wire's own."""
    return Desk(server.new_app(sandbox=False, card_function="granted", permissions=ALL), server.database)
