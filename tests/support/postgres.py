"""A real PostgreSQL of our own in a temporary folder, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from support import memory

ADMIN = "kaquan"
PATIENCE_SECONDS = 30.0
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
ALWAYS = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "64MB", "log_min_messages": "fatal"}
# A cluster that is thrown away has nothing to lose; suites on durability leave these at their defaults.
CARELESS = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "128MB"}


class NoPostgresError(Exception):
    """No PostgreSQL server is installed."""


def find_binaries() -> Path:
    """Return the folder of ``initdb`` and ``postgres``, the newest version if there are several.

    Raises:
        NoPostgresError: there is none.
    """
    known = shutil.which("initdb")
    if known and shutil.which("postgres"):
        return Path(known).parent
    folders = (folder for pattern in FOLDERS for folder in Path("/").glob(pattern[1:]))
    found = [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]
    if not found:
        raise NoPostgresError("the tests need a PostgreSQL server: run `make test`, or apt-get install postgresql")
    return max(found, key=_version)


def _version(folder: Path) -> list[int]:
    return [int("".join(filter(str.isdigit, part)) or 0) for part in folder.parts]


def server_user() -> str | None:
    """Return whom the server runs as when we are root, which it refuses to be; None when we are not."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


class Cluster:
    """One server process with its data.

    Args:
        durable: keep fsync on and the data on the disk, for tests that kill things.
    """

    def __init__(self, durable: bool = False) -> None:
        self._binaries = find_binaries()
        self._user = server_user()
        self._settings = ALWAYS | ({} if durable else CARELESS)
        # Not below pytest's own folder: another user must reach it, and the path of a socket may not be long.
        self.folder = Path(tempfile.mkdtemp(prefix="kaquan-pg-", dir=None if durable else memory.place()))
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._make()

    def _make(self) -> None:
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        flags = ["-D", str(self._data), "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        command = [str(self._binaries / "initdb"), *flags]
        made = subprocess.run(command, user=self._user, cwd=self.folder, capture_output=True, check=False)
        if made.returncode:
            raise RuntimeError(made.stderr.decode())

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        command = [str(self._binaries / "postgres"), "-D", str(self._data), "-k", str(self.folder), *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, user=self._user, cwd=self.folder, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server; SIGQUIT stops it as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def remove(self) -> None:
        """Stop the server and delete everything."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql://{ADMIN}@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """Run one administrative statement."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, template: str = "template1") -> str:
        """Create a database as a copy of a template and return its name."""
        self._count += 1
        name = f"kaquan_{self._count}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Delete a database, whoever is still connected to it."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


def cluster(durable: bool = False) -> Iterator[Cluster]:
    """Run a cluster as long as a fixture lasts."""
    made = Cluster(durable)
    try:
        made.start()
        yield made
    finally:
        made.remove()
