"""What the tests of the wire share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.server import Server
from wire.kept import Kept


@pytest.fixture(scope="session")
def kept(server: Server) -> Iterator[Kept]:
    """What the server keeps of refused calls."""
    reading = Kept(server.database)
    yield reading
    reading.close()


@pytest.fixture(scope="session")
def kept_there(sqlite_server: Server) -> Iterator[Kept]:
    """What the server on SQLite alone keeps of them."""
    reading = Kept(sqlite_server.database)
    yield reading
    reading.close()
