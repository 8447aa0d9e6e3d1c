"""``kaquan serve`` with its flags."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from card_bodies import card

from cli.command import kaquan, printed
from support.api import Api
from support.callback import Receiver
from support.database import Database

PATIENCE_SECONDS = 30.0


def free_port() -> int:
    """Return a port that nobody listens on, of those that the system gives to nobody who asks for any."""
    for port in random.sample(range(20_000, 30_000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("all ports are taken")


@contextmanager
def serve(*flags: object) -> Iterator[str]:
    """Run the server, yield what it announces, and end it as a service manager does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAQUAN_")}
    command = [sys.executable, "-m", "kaquan", "serve", *map(str, flags)]
    run = subprocess.Popen(command, env=kept, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert run.stderr is not None
        yield run.stderr.readline()
        run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=PATIENCE_SECONDS)
        assert (run.returncode, out, err) == (0, "", "")
    finally:
        run.kill()
        run.communicate()


def account(database: Database, key: object, base_url: str) -> Api:
    """Return a client of a sandbox account that was made on the command line."""
    environment = {"KAQUAN_DATABASE_URL": database.url, "KAQUAN_KEY_FILE": str(key)}
    lines = printed("app", "create", "Panda Tea", "--sandbox", "--review", "auto", **environment)
    appid, secret = (line.split()[1] for line in lines)
    return Api(base_url, appid, secret)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_flags_say_where_it_listens_how_it_is_addressed_and_where_callbacks_may_go(
    database: Database, receiver: Receiver
) -> None:
    key, port = database.folder / "elsewhere.key", free_port()
    (database.folder / "master.key").rename(key)
    here, public = f"http://127.0.0.1:{port}", "https://coupons.example.com"
    places = ("--database-url", database.url, "--key-file", key, "--listen", f"127.0.0.1:{port}")
    with serve(*places, "--public-url", public + "/", "--workers", 2, "--allow-private-callbacks") as announced:
        assert announced == f"kaquan serves {public}\n"
        api = account(database, key, here)
        wish = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": api.create_card(card())}}}
        made = api.ok("/card/qrcode/create", wish)
        assert [made[name].startswith(public + "/") for name in ("url", "show_qrcode_url")] == [True, True]
        assert api.ok("/sandbox/callback", receiver.settings()) == {}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_it_listens_on_any_free_port_and_lets_no_callback_into_its_own_network(
    database: Database, receiver: Receiver
) -> None:
    key = database.folder / "master.key"
    with serve("--database-url", database.url, "--key-file", key, "--listen", "127.0.0.1:0") as announced:
        base_url = announced.removeprefix("kaquan serves ").strip()
        api = account(database, key, base_url)
        refused = api.post("/sandbox/callback", receiver.settings())
        assert refused["errcode"] == 40066
        assert "got no answer: address refused: 127.0.0.1 is a loopback address" in refused["errmsg"]
        answer = kaquan("sandbox", "--base-url", base_url, "--appid", api.appid, "--secret", api.secret, "user", "a")
        assert answer.lines == [api.person("a")]
