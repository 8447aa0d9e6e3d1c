"""What stands between an SDK and the server and notes what the one sends and the other answers."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from support.api import Http

# One SDK announces a picture and never sends it.
BODY_SECONDS = 1


class Seen(NamedTuple):
    """One request: its method and path, and the answer, None where that is no JSON."""

    method: str
    path: str
    answer: Any


class Wiretap:
    """Listens on loopback from ``start`` to ``stop`` and passes everything on.

    Args:
        base_url: the server.
    """

    def __init__(self, base_url: str) -> None:
        self._seen: list[Seen] = []
        seen, http = self._seen, Http(base_url)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60
            # Head and body leave together; apart, the second would wait for the first to be acknowledged.
            wbufsize = 1 << 16

            def _pass_on(self) -> None:
                self.connection.settimeout(BODY_SECONDS)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                kind = {"Content_Type": self.headers["Content-Type"]} if "Content-Type" in self.headers else {}
                status, answer = http.send(self.command, self.path, body, **kind)
                seen.append(Seen(self.command, urlsplit(self.path).path, parsed(answer)))
                self.send_response(status)
                self.send_header("Content-Type", "application/json" if seen[-1].answer else "image/png")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                self.connection.settimeout(self.timeout)

            do_GET = do_POST = _pass_on  # noqa: N815 the standard library's names

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to listen."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def take(self) -> list[Seen]:
        """Return what was seen since the last time."""
        taken = list(self._seen)
        self._seen.clear()
        return taken


def parsed(body: bytes) -> Any:
    """Return a JSON document, or None."""
    try:
        return json.loads(body)
    except ValueError:
        return None
