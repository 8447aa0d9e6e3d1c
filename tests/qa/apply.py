"""A merchant at the console and an operator at their desk, for the cases of part 1."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from qa.desk import Desk
from support.applicant import APPLICANT, scan
from support.server import Server
from support.worker import Worker, worker

FILING = {"filing_number": "110000AAA0001", "filing_authority": "北京市商务局"}
FOLLOW_SECONDS = 3.0


@dataclass
class Applicant:
    """A new merchant that has nothing yet, with its owner and the platform's operator.

    Args:
        server: the running server.
    """

    server: Server
    desk: Desk = field(init=False)
    owner: Worker = field(init=False)
    operator: Worker = field(init=False)

    def __post_init__(self) -> None:
        api = self.server.new_app(sandbox=False, review="auto")
        self.desk = Desk(api, self.server.database)
        self.owner, self.operator = worker(self.server, api), worker(self.server, api, "operator")

    @property
    def appid(self) -> str:
        """Return the account's appid."""
        return self.desk.api.appid

    def page(self, name: str) -> str:
        """Return the path of a page of the console's applications."""
        return f"/console/{self.appid}/applications/{name}"

    def apply_for_cards(self) -> None:
        """Hand in the basic application."""
        files = [("file-credential_scan", "licence.png", scan())]
        assert self.owner.upload(self.page("card"), files, step="submit", **APPLICANT) == 303, self.owner.page

    def apply_for_stored_value(self) -> int:
        """Hand in the prepaid-card filing and return the status of the answer."""
        return self.owner.upload(
            self.page("balance"), [("file-filing_scan", "filing.png", scan())], step="submit", **FILING
        )

    def decided(self, kind: str, do: str, reason: str = "") -> None:
        """Have the operator decide an application."""
        page = f"/operator/applications/{self.appid}/{kind}"
        assert self.operator.get(page) == 200
        seen = re.search(r'name="seen" value="(\d+)"', self.operator.page)
        assert seen, self.operator.page
        assert self.operator.post(page, do=do, seen=seen[1], reason=reason) == 303
        assert self.operator.headers["location"] == page

    def with_cards(self) -> Applicant:
        """Have the card function granted."""
        self.apply_for_cards()
        self.decided("card", "approve")
        return self


def follows(holds: Callable[[], bool]) -> bool:
    """Tell whether something holds within a moment; every process looks at accounts once a second."""
    deadline = time.monotonic() + FOLLOW_SECONDS
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held
