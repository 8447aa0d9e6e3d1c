"""``kaquan demo``: started, called as it says, stopped and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.database import Database

PATIENCE_SECONDS = 30.0
STEP = re.compile(r"^  \d\. .*\n {5}(.*)$", re.MULTILINE)
ANSWER = {"errcode": 0, "errmsg": "ok"}


@contextmanager
def demo(database: Database, *flags: str) -> Iterator[subprocess.Popen[str]]:
    """Run the demo in a process of its own; PostgreSQL's database is named, SQLite's is the one it makes."""
    named = ("--database-url", database.url) if database.dialect == "postgresql" else ()
    command = [sys.executable, "-m", "kaquan", "demo", "--data", str(database.folder / "data"), "--port", "0"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAQUAN_")}
    run = subprocess.Popen(
        [*command, *named, *flags], env=kept, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield run
    finally:
        run.kill()
        run.communicate()


def first_line(run: subprocess.Popen[str]) -> str:
    """Return what the demo prints first."""
    assert run.stdout is not None
    return run.stdout.readline()


def welcome(run: subprocess.Popen[str]) -> str:
    """Return all that the demo prints once it serves."""
    assert run.stdout is not None
    lines = [run.stdout.readline()]
    while lines[-1] and not lines[-1].startswith("Repeat the third"):
        lines.append(run.stdout.readline())
    return "".join(lines)


def stopped(run: subprocess.Popen[str], how: signal.Signals) -> tuple[int, str, str]:
    """Return the exit status after a signal, and what else was printed."""
    run.send_signal(how)
    out, err = run.communicate(timeout=PATIENCE_SECONDS)
    return run.returncode, out.strip(), err


def bash(script: str) -> list[str]:
    """Return the lines that a script prints; it has to succeed."""
    done = subprocess.run(
        ["bash", "-euc", script], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    )
    return done.stdout.splitlines()


def modes(folder: Path) -> dict[str, str]:
    """Return the permissions of a folder and of what holds secrets in it."""
    paths = (folder, folder / "demo.json", folder / "master.key")
    return {path.name: stat.filemode(path.stat().st_mode) for path in paths}


def keep_key(database: Database) -> None:
    """Put the key of a database that was migrated before where the demo looks for it."""
    if database.dialect == "postgresql":
        data = database.folder / "data"
        data.mkdir(mode=0o700)
        (database.folder / "master.key").rename(data / "master.key")
        (data / "master.key").chmod(0o600)


def test_the_demo_is_kept_between_runs_its_commands_work_as_printed_and_a_stop_is_no_failure(
    database: Database,
) -> None:
    keep_key(database)
    with demo(database, "--json") as run:
        facts = json.loads(first_line(run))
        assert list(facts) == [
            *("base_url", "appid", "secret", "openid", "card_id", "password"),
            *("shop", "wallet", "console", "operator", "till"),
        ]
        assert stopped(run, signal.SIGTERM) == (0, "", "")
    assert modes(database.folder / "data") == {
        "data": "drwx------",
        "demo.json": "-rw-------",
        "master.key": "-rw-------",
    }
    with demo(database) as run:
        text = welcome(run)
        assert [facts[name] in text for name in ("appid", "secret", "openid", "card_id")] == [True] * 4
        follow(text, facts)
        assert stopped(run, signal.SIGINT) == (0, "", "")


def follow(text: str, facts: dict[str, str]) -> None:
    """Do what the demo says: get a token, claim, consume, and consume once more."""
    steps = STEP.findall(text)
    assert len(steps) == 3
    token, code, consumed, again = bash("\n".join([*steps, steps[2]]))
    assert re.fullmatch(r"77_[\w-]+", token)
    assert re.fullmatch(r"\d{12}", code)
    assert json.loads(consumed) == {**ANSWER, "card": {"card_id": facts["card_id"]}, "openid": facts["openid"]}
    refused = json.loads(again)
    assert refused["errcode"] == 40099
    assert f"Code {code} was consumed at " in refused["errmsg"]
