"""The events of a sandbox app as they appear: each once, whatever becomes of the server meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kaquan.cli.client import Client, accepted

PAGE = 1000


class Tape:
    """Reads ``/sandbox/events`` on and on.

    A transaction that takes long puts its events before ones that were read already. So each look begins where
    nothing can appear any more, and what was read behind that is known by its id.

    Args:
        client: of the app.
        begin: ``since`` an id, ``last`` so many seconds, or nothing for the whole tape.
    """

    def __init__(self, client: Client, begin: dict[str, Any]) -> None:
        self._client = client
        self._begin = begin
        self._seen: set[int] = set()

    def new(self) -> Iterator[dict[str, Any]]:
        """Yield the events that were not yielded before, the oldest first.

        Raises:
            NoAnswer: the server is not there; the next call goes on where this one ended.
        """
        first = answer = self._look(self._begin)
        while True:
            page = answer["events"]
            for event in page:
                if int(event["id"]) not in self._seen:
                    self._seen.add(int(event["id"]))
                    yield event
            if len(page) < PAGE:
                break
            answer = self._look({"since": page[-1]["id"]})
        self._begin = {"since": first["settled"]}
        self._seen = {one for one in self._seen if one > int(first["settled"])}

    def _look(self, since: dict[str, Any]) -> dict[str, Any]:
        return accepted(self._client.reach("/sandbox/events", since))
