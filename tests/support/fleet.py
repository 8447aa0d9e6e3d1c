"""Several servers over one database."""

from __future__ import annotations

from dataclasses import dataclass

from support.api import Api
from support.database import Database
from support.server import Server


@dataclass(frozen=True)
class Fleet:
    """Server processes over one database, each with an address of its own."""

    database: Database
    servers: list[Server]

    def new_app(self) -> list[Api]:
        """Return clients of one new app, one per process."""
        first = self.servers[0].new_app()
        first.renew()
        return [first, *self.clients(first)]

    def clients(self, first: Api) -> list[Api]:
        """Return clients of an app of the first process at the others, with the same token."""
        others = [Api(server.base_url, first.appid, first.secret) for server in self.servers[1:]]
        for other in others:
            other.adopt(first.token)
        return others
