"""What the server keeps of refused calls, read from its database beside it."""

from __future__ import annotations

import time

import msgspec

from kaquan.actions.keep_call import FailedCall, find_call
from kaquan.errors.explain import explain
from kaquan.store.schema import open_engine
from kaquan.store.tx import Tx
from support.database import Database

PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 0.002


class Kept:
    """The refused calls of one database.

    Args:
        database: the server's.
    """

    def __init__(self, database: Database) -> None:
        self._engine = open_engine(database.settings)

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def find(self, appid: str, rid: str) -> tuple[str, FailedCall]:
        """Return the appid of a kept call, this one or none, and the call; it is kept a moment after its answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self._engine.begin() as connection:
                for owner in (appid, ""):
                    if call := find_call(Tx(connection), owner, rid):
                        return owner, call
            time.sleep(PAUSE_SECONDS)
        raise AssertionError(f"the call {rid} was not kept")

    @staticmethod
    def cause(call: FailedCall) -> str:
        """Return the cause of a refusal, and where in the request it lies."""
        path = msgspec.json.decode(call.facts).get("path", "")
        return f"{call.cause} {path}" if path else call.cause

    @staticmethod
    def short(call: FailedCall, text: str) -> str:
        """Return a sandbox app's answer without the diagnosis in it, which has to be the kept call's."""
        told = " " + explain(call.errcode, call.cause, msgspec.json.decode(call.facts)).short()
        answer = msgspec.json.decode(text)
        assert answer["errmsg"].endswith(told), (answer["errmsg"], told)
        answer["errmsg"] = answer["errmsg"].removesuffix(told)
        return msgspec.json.encode(answer).decode()
