"""Starts ``kaquan`` at once: each process is forked from one that has imported everything already.

Importing takes most of a second, and the suites start, kill and start again more than a hundred servers. What runs
behind the fork is what ``python -m kaquan`` runs, with arguments, variables and a session of its own; only passwords
are hashed at the least cost. :mod:`cli.test_serve` and :mod:`cli.test_demo` start it from nothing.
"""

from __future__ import annotations

import atexit
import gc
import io
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from contextlib import redirect_stdout, suppress
from functools import cache
from typing import Any, NoReturn, TextIO


class Process:
    """One command that was started.

    Args:
        out: what it prints to stdout.
        status: the pipe that tells its pid once it runs, and its exit status once it has ended.
    """

    def __init__(self, out: int, status: int) -> None:
        self.stdout: TextIO = os.fdopen(out)
        self._status: TextIO = os.fdopen(status)
        pid = self._status.readline()
        if not pid:
            self.close()
            raise RuntimeError("what starts the servers has ended: importing kaquan failed")
        self.pid = int(pid)
        self._ended: int | None = None

    def poll(self) -> int | None:
        """Return its exit status, negative for the signal that ended it; None while it runs."""
        return self._look(0)

    def wait(self, seconds: float) -> int:
        """Return its exit status once it has ended.

        Raises:
            TimeoutError: it runs on.
        """
        status = self._look(seconds)
        if status is None:
            raise TimeoutError
        return status

    def close(self) -> None:
        """Let its pipes go."""
        self.stdout.close()
        self._status.close()

    def _look(self, seconds: float) -> int | None:
        if self._ended is None and select.select([self._status], [], [], seconds)[0]:
            self._ended = int(self._status.readline())
        return self._ended


class Launcher:
    """The process that all others are forked from."""

    def __init__(self) -> None:
        self._asking, asked = socket.socketpair()
        with asked:
            # A session of its own: Ctrl-C is for the tests, which then ask it to end.
            command = [sys.executable, __file__]
            self._process = subprocess.Popen(command, stdin=asked.fileno(), start_new_session=True)
        atexit.register(self.close)

    def start(self, arguments: list[str], environment: dict[str, str], log: int, fresh: bool = False) -> Process:
        """Start ``kaquan`` with these arguments and variables.

        Args:
            log: takes what it prints to stderr.
            fresh: whether from nothing, as its users start it: what is measured has no memory in common with another.
        """
        (out, its_out), (status, its_status) = os.pipe(), os.pipe()
        request = json.dumps([arguments, environment, fresh]).encode() + b"\n"
        sent = socket.send_fds(self._asking, [request], [its_out, log, its_status])
        self._asking.sendall(request[sent:])
        os.close(its_out)
        os.close(its_status)
        return Process(out, status)

    def close(self) -> None:
        """End it; what it has started goes on."""
        self._asking.close()
        self._process.wait()


@cache
def launcher() -> Launcher:
    """Return the launcher of this process, started when it is first asked for."""
    return Launcher()


def launch() -> None:
    """Import everything, then start what is asked for until nobody asks any more."""
    sys.path[0] = os.getcwd()
    import_everything()
    # Nothing of this is looked over again, here or behind a fork.
    gc.collect()
    gc.freeze()
    # Who waits for a command ends behind it, and nobody waits for that one.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as asked:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        while request := received(asked):
            if os.fork() == 0:
                asked.close()
                stand_by(*request)
                return
            for handle in request[1]:
                os.close(handle)


async def no_application(scope: Any, receive: Any, send: Any) -> None:
    """Serve nobody."""


def import_everything() -> None:
    """Import what a server does, and what is imported only once it parses its flags and begins to serve."""
    from argon2 import PasswordHasher, profiles  # noqa: PLC0415 - whoever asks for a launcher has no need of all this

    from kaquan.app import load_endpoints  # noqa: PLC0415
    from kaquan.cli import cli, demo, serve  # noqa: F401, PLC0415
    from kaquan.site import load_pages  # noqa: PLC0415
    from kaquan.web import passwords  # noqa: PLC0415

    # What a password costs is tested beside the servers; in them it is what most of a sign-in takes.
    passwords.HASHER = PasswordHasher.from_parameters(profiles.CHEAPEST)
    load_endpoints()
    load_pages()
    serving = serve.configure(no_application)
    serving.load()
    serving.get_loop_factory()
    with suppress(SystemExit), redirect_stdout(io.StringIO()):
        cli(["demo", "--help"])


def received(asked: socket.socket) -> tuple[Any, list[int]] | None:
    """Return the next request and its stdout, stderr and status pipe; None behind the last one."""
    data, handles, _, _ = socket.recv_fds(asked, 1 << 16, 3)
    while data and not data.endswith(b"\n"):
        data += asked.recv(1 << 16)
    return (json.loads(data), handles) if data else None


def stand_by(request: Any, handles: list[int]) -> None:
    """Become the command; beside it stays a process that tells how it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out, log, status = handles
    pid = os.fork()
    if pid:
        os.close(out)
        os.close(log)
        tell_end(pid, status)
    os.setsid()
    os.write(status, f"{os.getpid()}\n".encode())
    for target, handle in ((1, out), (2, log)):
        os.dup2(handle, target)
    for handle in handles:
        os.close(handle)
    run(*request)


def tell_end(pid: int, status: int) -> NoReturn:
    """Wait for a command and tell its exit status."""
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    # Nobody may be there any more to be told.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.write(status, f"{ended}\n".encode())
    os._exit(0)


def run(arguments: list[str], environment: dict[str, str], fresh: bool) -> None:
    """Run ``python -m kaquan`` in this process."""
    if fresh:
        os.execve(sys.executable, [sys.executable, "-m", "kaquan", *arguments], environment)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["kaquan", *arguments]
    runpy.run_module("kaquan", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    launch()
