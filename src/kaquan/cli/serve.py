"""``kaquan serve``: the server."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from kaquan.app import SHARED, Server
from kaquan.cli.output import stop
from kaquan.cli.protocol import Protocol
from kaquan.keys import Keys, load_master_key
from kaquan.settings import Settings, from_environment, to_environment
from kaquan.store.schema import migrate

DatabaseUrl = Annotated[
    str | None, typer.Option(envvar="KAQUAN_DATABASE_URL", help="sqlite:///PATH or postgresql://USER@HOST/NAME")
]
BACKLOG = 2048
START_SECONDS = 60.0


class ReadyServer(uvicorn.Server):
    """A server that says when it accepts connections."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then call back."""
        await super().startup(sockets)
        if not self.should_exit:
            self._on_ready()


class Workers(Multiprocess):
    """Server processes over one socket that say when all of them accept connections."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        super().__init__(config, [listener])
        self._on_ready = on_ready

    def init_processes(self) -> None:
        """Start them, then call back."""
        super().init_processes()
        if all(process.wait_until_ready(START_SECONDS, self.should_exit) for process in self.processes):
            self._on_ready()


def serve(
    database_url: DatabaseUrl = None,
    listen: Annotated[str | None, typer.Option(help="HOST:PORT; port 0 takes any free one")] = None,
    public_url: Annotated[str | None, typer.Option(help="address that users reach this server by")] = None,
    key_file: Annotated[str | None, typer.Option(help="file of the master key, made at the first start")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="server processes over one database")] = None,
    allow_private_callbacks: Annotated[
        bool | None, typer.Option(help="let callbacks go to private and loopback addresses")
    ] = None,
) -> None:
    """Serve the API.

    Examples:

      kaquan serve --listen 0.0.0.0:8000 --public-url https://coupons.example.com

      kaquan serve --database-url postgresql://kaquan@db/kaquan --workers 4
    """
    flags = {name: value for name, value in locals().items() if value is not None}
    settings = from_environment(os.environ, **flags)
    prepare(settings)
    run(settings, lambda bound: typer.echo(f"kaquan serves {bound.base_url}", err=True))


def prepare(settings: Settings) -> Keys:
    """Bring the database to this version and return the keys."""
    keys = Keys(load_master_key(settings.key_path))
    migrate(settings, keys)
    return keys


def run(settings: Settings, on_ready: Callable[[Settings], None]) -> None:
    """Serve until told to stop; ``on_ready`` is given the settings with the port that was bound."""
    listener, bound = bound_to(settings)
    run_on(listener, bound, lambda: on_ready(bound))


def bound_to(settings: Settings) -> tuple[socket.socket, Settings]:
    """Return the listening socket, and the settings with its port."""
    listener = bind(settings.listen)
    return listener, msgspec.structs.replace(settings, listen=f"{settings.host}:{listener.getsockname()[1]}")


def run_on(listener: socket.socket, bound: Settings, on_ready: Callable[[], None]) -> None:
    """Serve on a socket until told to stop; ``on_ready`` is called once connections are accepted."""
    if bound.workers == 1:
        # uvicorn raises the signal again when it has shut down; a stop that was asked for is no failure.
        for asked in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asked, signal.SIG_IGN)
        ReadyServer(configure(Server(bound)), on_ready).run(sockets=[listener])
        return
    config = configure("kaquan.app:create", factory=True, workers=bound.workers)
    with tempfile.TemporaryDirectory(prefix="kaquan-") as folder:
        os.environ.update({**to_environment(bound), SHARED: folder})
        Workers(config, listener, on_ready).run()


def bind(listen: str) -> socket.socket:
    """Return the socket that listens on ``HOST:PORT``."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, int(port)))
    except (OSError, OverflowError, ValueError) as fault:
        listener.close()
        stop(f"cannot listen on {listen}: {getattr(fault, 'strerror', None) or 'it has to be HOST:PORT'}")
    listener.set_inheritable(True)
    return listener


def configure(application: Any, **more: Any) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        application,
        loop="uvloop",
        http=Protocol,
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=15,
        **more,
    )
