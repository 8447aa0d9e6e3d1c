"""What the operator can mend is said in one line, with exit status 1 and without a traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cli.command import kaquan, of
from support.callback import Receiver
from support.database import Database, Databases

ANOTHER_KEY = "a" * 64
MISMATCH = "kaquan: this database was written with another master key: set KAQUAN_KEY_FILE to its file"
SERVING = (("serve", "--listen", "127.0.0.1:0"), ("app", "create", "Panda Tea"))


def refused(*arguments: object, **environment: str) -> str:
    """Return the single line that a failed command prints."""
    done = kaquan(*arguments, **environment)
    assert (done.status, done.out) == (1, ""), done
    (line,) = done.err.splitlines()
    return line


@pytest.fixture
def spoilt(tmp_path: Path, databases: Databases) -> dict[str, str]:
    """A database beside a file that holds no key."""
    (tmp_path / "master.key").write_text("not a key")
    return {**of(databases.create()), "KAQUAN_KEY_FILE": str(tmp_path / "master.key")}


@pytest.fixture
def strange(database: Database) -> Database:
    """A database that has an account, and whose master key was lost and replaced."""
    assert kaquan("app", "create", "first", **of(database)).status == 0
    (database.folder / "master.key").write_text(ANOTHER_KEY)
    return database


@pytest.mark.parametrize("command", SERVING, ids=" ".join)
def test_another_master_key_is_noticed(strange: Database, command: tuple[str, ...]) -> None:
    assert refused(*command, **of(strange)) == MISMATCH


def test_a_callback_is_not_sealed_with_another_master_key(strange: Database, receiver: Receiver) -> None:
    flags = ("--url", receiver.url, "--token", receiver.token)
    assert refused("app", "callback", *flags, **of(strange), KAQUAN_ALLOW_PRIVATE_CALLBACKS="true") == MISMATCH


@pytest.mark.parametrize("command", SERVING, ids=" ".join)
def test_a_file_without_a_key_is_named(spoilt: dict[str, str], command: tuple[str, ...]) -> None:
    line = f"kaquan: {spoilt['KAQUAN_KEY_FILE']} does not hold a key: 32 bytes in hex"
    assert refused(*command, **spoilt) == line


@pytest.mark.parametrize(
    "command",
    [("app", "list"), ("operator", "approve", "pX"), ("explain", "65530d2f-0a1b2c3d-4e5f6071")],
    ids=" ".join,
)
def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    path = tmp_path / "none" / "kaquan.db"
    line = f"no database in {path}: set KAQUAN_DATABASE_URL, or start `kaquan serve` once"
    assert refused(*command, KAQUAN_DATABASE_URL=f"sqlite:///{path}") == line
    assert not path.parent.exists()


def test_a_callback_needs_the_key_that_is_there(database: Database, tmp_path: Path, receiver: Receiver) -> None:
    missing = tmp_path / "none.key"
    environment = {**of(database), "KAQUAN_KEY_FILE": str(missing), "KAQUAN_ALLOW_PRIVATE_CALLBACKS": "true"}
    assert refused("app", "callback", "--url", receiver.url, "--token", receiver.token, **environment) == (
        f"no master key in {missing}: start `kaquan serve` or `kaquan demo` once, or set KAQUAN_KEY_FILE"
    )


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kaquan.db"
    path.write_text("these are not pages of a database " * 100)
    assert refused("app", "list", KAQUAN_DATABASE_URL=f"sqlite:///{path}") == "kaquan: file is not a database"


@pytest.mark.parametrize("command", [("app", "list"), ("serve", "--listen", "127.0.0.1:0")], ids=" ".join)
def test_a_database_server_that_does_not_answer_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    places = {"KAQUAN_DATABASE_URL": f"postgresql://kaquan@/kaquan?host={tmp_path}"}
    line = refused(*command, **places, KAQUAN_KEY_FILE=str(tmp_path / "master.key"))
    assert line.startswith("kaquan: connection is bad: ")
    assert str(tmp_path) in line


def test_a_database_url_that_is_none_is_refused() -> None:
    assert refused("app", "list", "--database-url", "nonsense").startswith("kaquan: ")


def test_a_port_in_use_is_named(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = f"cannot listen on 127.0.0.1:{port}: Address already in use"
        assert refused("serve", "--listen", f"127.0.0.1:{port}", **of(database)) == line
        demo = ("demo", "--data", database.folder, "--port", port)
        assert refused(*demo, KAQUAN_DATABASE_URL=database.url) == line


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1:99999", ":70x"])
def test_an_address_to_listen_on_is_host_and_port(database: Database, listen: str) -> None:
    line = f"cannot listen on {listen}: it has to be HOST:PORT"
    assert refused("serve", "--listen", listen, **of(database)) == line


def test_a_setting_of_the_wrong_type_is_named(database: Database) -> None:
    line = "kaquan: Expected `int`, got `str` - at `$.workers`"
    assert refused("serve", **of(database), KAQUAN_WORKERS="many") == line


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        line = f"no answer from {base_url}: [Errno 111] Connection refused"
        assert refused("sandbox", "--base-url", base_url, "user", "alice") == line
