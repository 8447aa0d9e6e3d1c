"""``--help`` of every command: what it is for, and an example that can be typed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.command import kaquan, printed
from kaquan.cli import cli

ROOT: Any = typer.main.get_command(cli)
ALONE = ("serve", "demo", "explain", "trigger", "listen")
GROUPS = ("app", "operator", "codes", "sandbox", "lab")


def inside(command: Any) -> dict[str, Any]:
    """Return the commands of a group, those that are imported when they are called too."""
    return {name: getattr(one, "real", one) for name, one in getattr(command, "commands", {}).items()}


def commands(command: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command that does something."""
    for name, inner in inside(command).items():
        if hasattr(inner, "commands"):
            yield from commands(inner, (*path, name))
        else:
            yield (*path, name)


COMMANDS = list(commands())


def examples(path: tuple[str, ...]) -> list[list[str]]:
    """Return the words behind ``kaquan`` of the examples in a command's help."""
    lines = (line.strip(" │") for line in printed(*path, "--help"))
    return [shlex.split(line)[1:] for line in lines if line.startswith("kaquan ")]


def parse(words: list[str]) -> tuple[str, ...]:
    """Return the command that a command line names, after reading its options as it would."""
    command, path = ROOT, []
    while hasattr(command, "commands"):
        known = inside(command)
        name = next(word for word in words if word in known)
        words, command = words[words.index(name) + 1 :], known[name]
        path.append(name)
    command.make_context(path[-1], words)
    return tuple(path)


def test_the_commands_are_those_that_the_documents_name() -> None:
    assert sorted(" ".join(path) for path in COMMANDS) == [
        *("app callback", "app create", "app ip-list", "app list", "app quota", "app secret", "app set"),
        *("codes export", "codes import", "demo", "explain"),
        *("lab card-ext", "lab choose-card", "lab config", "listen"),
        *("operator approve", "operator approve-store", "operator create", "operator refuse", "operator refuse-store"),
        *("sandbox accept", "sandbox approve", "sandbox callback", "sandbox claim", "sandbox clock", "sandbox delete"),
        *(
            "sandbox encrypt-code",
            "sandbox events",
            "sandbox fault",
            "sandbox faults",
            "sandbox gift",
            "sandbox keep",
            "sandbox load",
            "sandbox oauth-code",
            "sandbox refuse",
            "sandbox resend",
            "sandbox restore",
            "sandbox save",
            "sandbox snapshots",
            "sandbox take-back",
            "sandbox user",
            "serve",
            "trigger",
        ),
    ]


def test_the_list_says_of_each_command_what_its_own_help_begins_with() -> None:
    shown = {name: one.get_short_help_str(200) for name, one in ROOT.commands.items()}
    assert shown == {name: one.get_short_help_str(200) for name, one in inside(ROOT).items()}


def test_whoever_asks_for_the_list_waits_for_no_command() -> None:
    said = "import sys; from kaquan.cli import main; sys.argv = ['kaquan', '--help']\n"
    tell = "try: main()\nexcept SystemExit: print('loaded', *sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", said + tell], capture_output=True, text=True, timeout=30, check=True)
    loaded = set(done.stderr.split())
    assert "loaded" in loaded
    assert loaded & {"sqlalchemy", "msgspec", "aiohttp", "uvicorn", "structlog", "cryptography", "PIL"} == set()
    assert {one for one in loaded if one.startswith("kaquan")} == {"kaquan", "kaquan.cli"}


def test_the_installed_script_lists_the_commands_and_says_how_to_begin() -> None:
    script = Path(sys.executable).with_name("kaquan")
    done = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == ""
    assert re.findall(r"^│ (\w+) ", done.stdout, re.MULTILINE) == [*ALONE, *GROUPS]
    assert "Begin with:  kaquan demo      Then:  kaquan explain RID" in done.stdout


@pytest.mark.parametrize("path", [(), *((group,) for group in GROUPS)])
def test_a_group_without_a_command_shows_its_help(path: tuple[str, ...]) -> None:
    alone, asked = kaquan(*path), kaquan(*path, "--help")
    assert (asked.status, asked.err) == (0, "")
    assert (alone.out + alone.err).strip() == asked.out.strip()
    assert kaquan(*path, "-h").out == asked.out


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_ends_in_examples_that_are_read_as_this_command(path: tuple[str, ...]) -> None:
    found = [parse(words) for words in examples(path)]
    assert found
    assert set(found) == {path}


def test_an_unknown_option_is_refused_with_the_nearest_known() -> None:
    done = kaquan("explain", "--langs", "zh")
    assert (done.status, done.out) == (2, "")
    assert "--lang" in done.err
