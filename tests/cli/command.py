"""Runs ``kaquan`` as its console script does, within this process, which saves a second each time."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from unittest.mock import patch

import typer

from kaquan.cli import main
from support.api import Api
from support.database import Database

WIDTH = "200"
# Made anew for each call they take longer than most of them run.
COMMANDS = cache(typer.main.get_command)


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Return what was printed to stdout, line by line."""
        return self.out.splitlines()


def kaquan(*arguments: object, **environment: str) -> Done:
    """Run a command.

    Args:
        arguments: the command and its options.
        environment: the ``KAQUAN_*`` variables it sees.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAQUAN_")}
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, {**kept, "COLUMNS": WIDTH, **environment}, clear=True),
        patch.object(sys, "argv", ["kaquan", *map(str, arguments)]),
        patch.object(typer.main, "get_command", COMMANDS),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        status = ended()
    return Done(status, out.getvalue(), err.getvalue())


def ended() -> int:
    """Run the command line and return its exit status; only what is not caught there gets out."""
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def printed(*arguments: object, **environment: str) -> list[str]:
    """Return the lines that a command prints; it has to succeed and to complain of nothing."""
    done = kaquan(*arguments, **environment)
    assert (done.status, done.err) == (0, ""), done
    return done.lines


def of(database: Database) -> dict[str, str]:
    """Return the variables that name a database and its key."""
    return {"KAQUAN_DATABASE_URL": database.url, "KAQUAN_KEY_FILE": str(database.folder / "master.key")}


def as_app(api: Api) -> dict[str, str]:
    """Return the variables that name a server and an account of it."""
    return {"KAQUAN_BASE_URL": api.base_url, "KAQUAN_APPID": api.appid, "KAQUAN_SECRET": api.secret}
