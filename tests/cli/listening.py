"""``kaquan listen`` as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from cli.command import as_app
from support.api import Api

PATIENCE_SECONDS = 20.0
LINE = re.compile(r"[\d:]{8}  (\d+)  (\w+) +(\d+|-)  \d+ ms(.*)")


class Listening:
    """Listens until it is told to stop.

    Args:
        api: the account.
        folder: where it writes.
        flags: of the command.
    """

    def __init__(self, api: Api, folder: Path, *flags: str) -> None:
        self._out, self._err = folder / "out", folder / "err"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KAQUAN_")}
        with self._out.open("w") as out, self._err.open("w") as err:
            command = [sys.executable, "-u", "-m", "kaquan", "listen", *flags]
            self._process = subprocess.Popen(command, stdout=out, stderr=err, env={**kept, **as_app(api)})

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Return id, event and status of each post, with what is said of one that was not taken."""
        found = (LINE.fullmatch(line) for line in self._out.read_text().splitlines())
        return [(one[2], one[3], one[4].strip()) for one in found if one]

    @property
    def ids(self) -> list[str]:
        """Return the id of each post."""
        found = (LINE.fullmatch(line) for line in self._out.read_text().splitlines())
        return [one[1] for one in found if one]

    @property
    def notes(self) -> list[str]:
        """Return what it said about no event."""
        return self._err.read_text().splitlines()

    def wait(self, holds: Callable[[Self], bool]) -> None:
        """Go on once something holds of what it has printed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds(self):
            assert time.monotonic() < deadline, (self.lines, self.notes)
            assert self._process.poll() is None or holds(self), (self.lines, self.notes)
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl-C does and return its exit status."""
        self._process.send_signal(how)
        return self.ended()

    def ended(self) -> int:
        """Return its exit status once it has ended by itself."""
        return self._process.wait(PATIENCE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
