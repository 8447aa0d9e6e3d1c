"""A small client of the wire, as an integrator would write it."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 30.0
# The token ran out, or somebody else was given a newer one.
STALE = frozenset({40001, 42001})


class Http:
    """HTTP over connections that are kept, one per thread.

    Args:
        base_url: ``http://HOST:PORT``.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._address = urlsplit(base_url).netloc
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def __del__(self) -> None:
        for connection in self._connections:
            connection.close()

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Return status and body of the answer; a kept connection that was closed meanwhile is opened again."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection, kept = self._connection()
        try:
            return _exchange(connection, method, path, body, named)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            connection.close()
            if not kept:
                raise
            return _exchange(connection, method, path, body, named)

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        known: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if known is not None:
            return known, known.sock is not None
        made = self._local.connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        self._connections.append(made)
        return made, False


def _exchange(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


class Api:
    """Calls of one app; the access token is fetched when it is needed.

    Args:
        base_url: address of the server.
        appid, secret: the app's credentials.
    """

    def __init__(self, base_url: str, appid: str, secret: str) -> None:
        self.base_url = base_url
        self.appid = appid
        self.secret = secret
        self.http = Http(base_url)
        self._token = ""

    @property
    def token(self) -> str:
        """Return the access token in use, fetched if there is none yet."""
        return self._token or self.renew()

    def renew(self) -> str:
        """Fetch a new access token and use it from now on."""
        query = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        self._token = self.raw("GET", "/cgi-bin/token?" + urlencode(query))["access_token"]
        return self._token

    def adopt(self, token: str) -> None:
        """Use a token that another client was given."""
        self._token = token

    def get(self, path: str, **query: Any) -> Any:
        """Return the decoded answer of a GET with the token and these parameters."""
        return self._call("GET", path, None, query)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """Return the decoded answer of a POST; ``body`` is JSON, or bytes that are sent as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body or {}, ensure_ascii=False).encode()
        return self._call("POST", path, data, query)

    def ok(self, path: str, body: Any = None, **query: Any) -> Any:
        """Return the answer of a POST that has to succeed, without errcode and errmsg."""
        answer = self.post(path, body, **query)
        assert (answer.pop("errcode"), answer.pop("errmsg")) == (0, "ok"), f"{path}: {answer}"
        return answer

    def raw(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        """Return the decoded answer of a request that is sent as it stands; its status is always 200."""
        status, answer = self.http.send(method, path, body, **headers)
        assert status == 200, (status, answer)
        return json.loads(answer)

    def _call(self, method: str, path: str, body: bytes | None, query: dict[str, Any]) -> Any:
        answer = self._once(method, path, body, query)
        if answer.get("errcode") in STALE and "access_token" not in query:
            self.renew()
            answer = self._once(method, path, body, query)
        return answer

    def _once(self, method: str, path: str, body: bytes | None, query: dict[str, Any]) -> Any:
        return self.raw(method, f"{path}?{urlencode({'access_token': self.token} | query)}", body)

    # What most tests begin with.

    def person(self, external_id: str) -> str:
        """Return the openid of one of the company's users."""
        openid: str = self.ok("/ext/user", {"external_ids": [external_id]})["users"][0]["openid"]
        return openid

    def people(self, count: int, name: str = "person") -> list[str]:
        """Return the openids of many users, at most 1000."""
        users = self.ok("/ext/user", {"external_ids": [f"{name}-{number}" for number in range(count)]})["users"]
        return [user["openid"] for user in users]

    def create_card(self, body: dict[str, Any]) -> str:
        """Create a card from a whole body (see card_bodies) and return its card_id."""
        card_id: str = self.ok("/card/create", body)["card_id"]
        return card_id

    def claim(self, card_id: str, openid: str, **more: Any) -> str:
        """Claim a card for a person and return the code."""
        code: str = self.ok("/ext/claim", {"card_id": card_id, "openid": openid, **more})["code"]
        return code

    def stock(self, card_id: str) -> dict[str, int]:
        """Return quantity and total_quantity of a card."""
        card = self.ok("/card/get", {"card_id": card_id})["card"]
        sku: dict[str, int] = card[card["card_type"].lower()]["base_info"]["sku"]
        return sku
