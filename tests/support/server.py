"""The server as processes of its own."""

from __future__ import annotations

import json
import os
import signal
import string
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import sqlalchemy as sa

from kaquan.actions.manage_app import change_app, create_app, new_app
from kaquan.sources import new_appid, new_secret, random_text, wall_clock
from kaquan.store.schema import open_engine
from kaquan.store.tx import Tx
from support.api import Api
from support.database import Database
from support.launcher import Process, launcher

START_SECONDS = 30.0
STOP_SECONDS = 20.0


class Server:
    """``kaquan demo`` over one database; it may be killed and started again.

    Args:
        database: a migrated database.
        workers: server processes.
        port_kept: whether it comes back at the same address.
        fresh: whether it is started from nothing, as its users do it, not forked from a process that has its modules.
        environment: further ``KAQUAN_*`` variables.
    """

    def __init__(
        self, database: Database, workers: int = 1, port_kept: bool = False, fresh: bool = False, **environment: str
    ) -> None:
        self.database = database
        self._port_kept = port_kept
        self._workers = workers
        self._fresh = fresh
        self._environment = environment
        self._process: Process | None = None
        self._group = 0
        self._engine: sa.Engine | None = None
        self.facts: dict[str, str] = {}
        self._log = Path(database.folder) / "server.log"

    @property
    def base_url(self) -> str:
        """Return the address; another one after each start unless it is kept."""
        return self.facts["base_url"]

    @property
    def group(self) -> int:
        """Return the process group of the server and its workers."""
        return self._group

    @property
    def log(self) -> str:
        """Return what the server has written to stderr."""
        return self._log.read_text() if self._log.exists() else ""

    def gone(self) -> bool:
        """Tell whether no process of the server, its workers counted in, is left after a moment."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                os.killpg(self._group, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.05)
        return False

    def start(self) -> None:
        """Start the server and wait until it answers."""
        port = urlsplit(self.base_url).port if self._port_kept and self.facts else 0
        flags = ["--data", self.database.folder, "--database-url", self.database.url, "--port", port, "--json"]
        command = ["demo", *map(str, flags), "--workers", str(self._workers)]
        with self._log.open("a") as log:
            self._process = launcher().start(command, self._variables(), log.fileno(), self._fresh)
        # A session of its own, so that its worker processes can be killed with it.
        self._group = self._process.pid
        self.facts = self._announced()
        self._wait(self._healthy, START_SECONDS)

    def _variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KAQUAN_")}
        return {**kept, "KAQUAN_DELIVERY_RETRY_SECONDS": "0.2", **self._environment}

    def _announced(self) -> dict[str, str]:
        assert self._process is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server did not start:\n{self.log}")
        facts: dict[str, str] = json.loads(line)
        return facts

    def _healthy(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"the server ended:\n{self.log}")
        try:
            with urllib.request.urlopen(self.base_url + "/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _wait(self, ready: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server does not answer:\n{self.log}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)
            self._ended()

    def stop(self, asked: signal.Signals = signal.SIGINT, *, all_of_it: bool = False) -> int:
        """Ask the server to stop and return its exit status.

        Args:
            asked: the signal; of Ctrl-C unless it is another.
            all_of_it: whether all its processes get it, as they do from a terminal and from systemd.
        """
        assert self._process is not None
        (os.killpg if all_of_it else os.kill)(self._process.pid, asked)
        return self._ended()

    def _ended(self) -> int:
        process = self._process
        assert process is not None
        try:
            status = process.wait(STOP_SECONDS)
        except TimeoutError:
            os.killpg(self._group, signal.SIGKILL)
            process.wait(STOP_SECONDS)
            raise RuntimeError(f"the server does not stop:\n{self.log}") from None
        process.close()
        self._process = None
        # The next start finds the database as if nobody had been there beside the server.
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        return status

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._process is not None:
            self.kill()
        if kind is None:
            self.check_log()

    def check_log(self) -> None:
        """Fail where a call was refused with what its endpoint does not declare (``refuses=``), or a page failed."""
        told = ("undeclared refusal", "page failed")
        assert [line for line in self.log.splitlines() if any(one in line for one in told)] == [], self.log

    @property
    def demo(self) -> Api:
        """Return a client of the demo's merchant."""
        return Api(self.base_url, self.facts["appid"], self.facts["secret"])

    def new_app(self, sandbox: bool = True, review: str = "auto", **columns: Any) -> Api:
        """Create an account and return a client of it.

        Args:
            sandbox: sandbox apps may do everything at once; others begin without the card function.
            review: ``auto`` or ``manual``.
            columns: of the app's row, such as ``card_function="granted"`` or ``permissions="issue"``; calls are not
                limited unless ``quota="original"`` says so, since tests call as fast as they can.
        """
        secret, prefix = new_secret(), random_text(6, string.ascii_letters + string.digits)
        app = new_app(new_appid(), secret, prefix, "test", f"gh_{prefix.lower()}", sandbox, review)
        # Almost every test begins here, so the connection is kept.
        self._engine = self._engine or open_engine(self.database.settings)
        with self._engine.begin() as connection:
            create_app(Tx(connection), app, wall_clock())
            change_app(Tx(connection), app.appid, **{"quota": "none", **columns})
        return Api(self.base_url, app.appid, secret)
