"""Runs the shop in a thread of its own, beside whatever the process does."""

from __future__ import annotations

import socket
import threading

import uvicorn

from kaquan.demo_shop.shop import Shop

STOP_SECONDS = 5.0


class Beside:
    """A shop that is served from a bound socket.

    Args:
        listener: bound; the shop's address is its.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        host, port = listener.getsockname()[:2]
        self.host = f"{host}:{port}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return the shop's address."""
        return f"http://{self.host}"

    def start(self, base_url: str, appid: str, secret: str) -> None:
        """Begin to serve the account's shop."""
        shop = Shop(self.url, base_url, appid, secret).application()
        self._server = uvicorn.Server(uvicorn.Config(shop, log_level="warning", access_log=False))
        run = {"sockets": [self._listener]}
        self._thread = threading.Thread(target=self._server.run, kwargs=run, name="demo shop", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(STOP_SECONDS)
        self._listener.close()
