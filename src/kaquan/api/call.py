"""One call as its handler sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs

from kaquan.actions.keep_answer import find_answer, forget_answers, keep_answer, take_key
from kaquan.api.encode import Raw, encode, raw_json
from kaquan.errors import Errcode
from kaquan.rules.idempotency import LIFE, Once, Said, check_key, digest, earlier
from kaquan.rules.statistics import API
from kaquan.rules.text import storable
from kaquan.sources import wall_clock
from kaquan.store.apps import App
from kaquan.store.batch import Batcher, outcome
from kaquan.store.quota import Lease
from kaquan.store.tx import Tx

if TYPE_CHECKING:
    from kaquan.platform import Platform

T = TypeVar("T")
A = TypeVar("A")
LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Call:
    """A request on its way through the dispatcher.

    Args:
        platform: the parts the handler works with.
        scope: the ASGI scope.

    ``MADE_BY`` is how it came, which statistics tell apart.
    """

    MADE_BY = API
    __slots__ = ("_app", "_once", "_query", "_spent", "body", "method", "path", "platform", "scope")

    def __init__(self, platform: Platform, scope: dict[str, Any]) -> None:
        self.platform = platform
        self.scope = scope
        self.path: str = storable(scope["path"])
        self.method: str = scope["method"]
        self.body = b""
        self._app: App | None = None
        self._query: dict[str, str] | None = None
        self._once: tuple[str, str] | None = None
        self._spent: tuple[Lease, ...] | None = None

    @property
    def app(self) -> App:
        """Return the app whose token the call carries."""
        assert self._app is not None
        return self._app

    @app.setter
    def app(self, app: App) -> None:
        self._app = app

    @property
    def appid(self) -> str:
        """Return the app's id, empty as long as none is known."""
        return self._app.appid if self._app else ""

    @property
    def now(self) -> int:
        """Return the app's time in UTC seconds."""
        return wall_clock() + self.app.clock_offset

    @property
    def query(self) -> dict[str, str]:
        """Return the query's parameters, the last of each name."""
        if self._query is None:
            text = self.scope["query_string"].decode("latin-1")
            named = parse_qs(text, keep_blank_values=True)
            self._query = {name: storable(values[-1]) for name, values in named.items()}
        return self._query

    @property
    def access_token(self) -> str:
        """Return the token of the query; it is never taken from the body."""
        text: bytes = self.scope["query_string"]
        if text.startswith(b"access_token=") and b"&" not in text and b"%" not in text:
            return text[13:].decode("latin-1")
        return self.query.get("access_token", "")

    def header(self, name: str) -> str:
        """Return a request header, empty when absent."""
        wanted = name.encode()
        for key, value in self.scope["headers"]:
            if key == wanted:
                text: str = value.decode("latin-1")
                return text
        return ""

    @property
    def keyed(self) -> bool:
        """Tell whether the call carries an Idempotency-Key of an app."""
        return self._app is not None and bool(self.header("idempotency-key"))

    @property
    def client_ip(self) -> str:
        """Return the caller's address; a proxy on this machine is believed when it names another."""
        client = self.scope.get("client")
        address: str = client[0] if client else ""
        return (
            self.header("x-forwarded-for").rpartition(",")[2].strip()[:64] or address
            if address in LOOPBACK
            else address
        )

    def take(self) -> bool:
        """Count this call on its app's quotas where units of them are at hand, and tell whether they were."""
        self._spent = self.platform.quotas.take(self.app, self.path, self.now)
        return self._spent is not None

    async def count(self) -> None:
        """Count this call on its app's quotas, after leasing units of them where none are at hand.

        Raises:
            Refusal: 45009, 45011 or 42005.
        """
        if self.app.limited and not self.take():
            self._spent = await self.platform.quotas.spend(self.app, self.path, self.now)

    def uncount(self) -> None:
        """Take the call off its app's quotas again: what is refused does not count."""
        if self._spent:
            self.platform.quotas.undo(self._spent)
            self._spent = None

    async def write(self, action: Callable[[Tx], T]) -> T:
        """Run an ordinary action in a transaction."""
        result: T = await self.platform.store.write(action)
        return result

    async def commit(self, action: Callable[[Tx], T], answer: Callable[[T], A]) -> A:
        """Make a change in one transaction and return the answer to what the action returned.

        The answer is made before the commit, so that whatever keeps it keeps it with the change or not at all.
        """
        answered = await self.write(lambda tx: self._kept(tx, action, answer))
        self.platform.wake(self.app)
        return answered

    def _kept(self, tx: Tx, action: Callable[[Tx], T], answer: Callable[[T], A]) -> A:
        once = self.once(answer)
        if once is None:
            return answer(action(tx))
        take_key(tx, self.appid, once)
        result = action(tx)
        keep_answer(tx, self.appid, once, result)
        return answer(result)

    async def settle(self, batcher: Batcher[Any, Any], lane: str, command: Any, answer: Callable[[Any], Any]) -> Any:
        """Hand a changing command to its batch, and return the answer to its outcome.

        Raises:
            Refusal: why it was refused, or -1 when the queue is full.
        """
        result = outcome(await batcher.submit(self.appid, lane, command))
        self.platform.wake(self.app)
        return raw_json(result.text) if isinstance(result, Said) else answer(result)

    async def answered_before(self) -> Raw | None:
        """Return the first answer to a call whose Idempotency-Key was sent before, or None.

        Raises:
            Refusal: 9990001, the key is malformed or stands for another request.
        """
        key = self.header("idempotency-key")
        if not key:
            return None
        self._once = check_key(key), digest(self.path, self.body)
        once = self.once(encode)
        assert once is not None
        row = await self.read(lambda tx: find_answer(tx, self.appid, once))
        if row is None:
            return None
        if row.create_time <= self.now - LIFE:
            await self.write(lambda tx: forget_answers(tx, self.appid, self.now))
            return None
        return raw_json(outcome(earlier(once, row.digest, row.answer)).text)

    def once(self, answer: Callable[[Any], Any]) -> Once | None:
        """Return the call's idempotency key with what makes the text of its answer; None without a key."""
        if self._once is None:
            return None
        return Once(*self._once, self.now, partial(text_of, answer))

    async def read(self, action: Callable[[Tx], T]) -> T:
        """Run a reading action."""
        result: T = await self.platform.store.read(action)
        return result

    def require_permission(self, permission: str) -> None:
        """Go on only if the app holds an advanced permission.

        Raises:
            Refusal: 48001.
        """
        if permission not in self.app.permissions:
            raise Errcode.API_UNAUTHORIZED("permission_missing", permission=permission, appid=self.appid)


def text_of(answer: Callable[[Any], Any], result: Any) -> str:
    """Return the text of the answer to a result."""
    return encode(answer(result)).decode()
