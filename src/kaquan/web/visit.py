"""One request of a page, as its handler sees it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from kaquan.actions.keep_session import note_seen, who
from kaquan.actions.meet import find_openid, introduce, remember_openid
from kaquan.api.call import Call
from kaquan.api.failed import keep_failure
from kaquan.api.form_data import FormData, Upload, form_data
from kaquan.errors import Refusal
from kaquan.platform import Platform
from kaquan.rules.account import SESSION_DAYS, WALLET, Person
from kaquan.rules.permission import Right
from kaquan.rules.text import storable
from kaquan.sources import wall_clock
from kaquan.store.apps import App
from kaquan.store.tx import Tx
from kaquan.web.sent import object_of
from kaquan.web.templates import Templates
from kaquan.web.texts import LANGUAGES, Language, Texts, language_of

T = TypeVar("T")
LANGUAGE_COOKIE = "kaquan_lang"
COOKIE_BYTES = 32
DAY = 86400
MOST_FIELDS = 200
# What stands in a path, and in a query, as it is; everything else is written in percents.
IN_PATH = "/:@!$&'()*+,;="
IN_QUERY = IN_PATH + "?%"
# What a page may load and where its forms may lead; no script and no style but our files.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' http: https: data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
# What a rehearsal shows side by side, in frames of our own pages alone; nobody else's page may hold it.
FRAMED = ("/wallet", "/claim/", "/q/", "/gift/", "/shelf/", "/share/", "/till/")
OWN_FRAMES = {"frame-ancestors": "'self'"}


class SignInNeeded(Exception):
    """The page is for somebody; the visitor is sent to sign in and back.

    Args:
        appid: whose personas are offered, empty for none.
        back: where the visitor comes back to, empty for the page itself, or the wallet from a form.
    """

    def __init__(self, appid: str = "", back: str = "") -> None:
        super().__init__(appid, back)
        self.appid = appid
        self.back = back


class NotHere(Exception):
    """There is no such page, or not for this visitor."""


class NotAllowed(Exception):
    """The visitor's role does not have the right that the page asks for.

    Args:
        right: which.
    """

    def __init__(self, right: Right) -> None:
        super().__init__(right)
        self.right = right


class Visit:
    """A request for a page.

    Args:
        platform: the parts the handler works with.
        templates: renders pages.
        request: as Starlette read it.
        body: what was posted, empty for a GET.

    A kind of visitors has a cookie of its own (``COOKIE``), accounts in a realm of its own (``REALM``), and a first
    page to come back to (``HOME``), and pages of its own (``ENDS``) for what cannot be shown or done.
    """

    COOKIE = "kaquan"
    REALM = WALLET
    HOME = "/wallet"
    ENDS = "web"

    def __init__(self, platform: Platform, templates: Templates, request: Request, body: bytes = b"") -> None:
        self.platform = platform
        self.request = request
        self.body = body
        self.call = Call(platform, dict(request.scope))
        self.person: Person | None = None
        self.proved = False
        self._templates = templates
        self._cookie = request.cookies.get(self.COOKIE, "")
        self._new_cookies: dict[str, tuple[str, int]] = {}
        if len(self._cookie) < COOKIE_BYTES:
            self.renew_cookie(keep_seconds=0)
        self.language: Language = self._language()
        self.text = Texts(self.language)

    # Who visits, and whom.

    async def recognise(self) -> None:
        """Find out who is signed in."""
        now = wall_clock()
        if self.COOKIE in self._new_cookies:
            return
        found = await self.read(lambda tx: who(tx, self._cookie, now, self.REALM))
        if found is None:
            return
        self.person, self.proved = found.person, found.proved
        if found.stale:
            await self.write(lambda tx: note_seen(tx, self._cookie, now))
            self._new_cookies[self.COOKIE] = (self._cookie, SESSION_DAYS * DAY)

    async def enter(self, appid: str) -> App:
        """Return the account that this page is about; failed calls are kept for it from now on.

        Raises:
            NotHere: there is none, or it is suspended.
        """
        app = await self.platform.apps.get(appid) if appid.startswith("wx") else None
        if app is None or app.suspended:
            raise NotHere
        self.call.app = app
        return app

    @property
    def app(self) -> App:
        """Return the account that was entered."""
        return self.call.app

    @property
    def now(self) -> int:
        """Return the entered account's time in UTC seconds."""
        return self.call.now

    def time_of(self, app: App) -> int:
        """Return an account's time in UTC seconds, for a page about many."""
        return wall_clock() + app.clock_offset

    def require_person(self, appid: str = "") -> Person:
        """Return who is signed in.

        Raises:
            SignInNeeded: nobody is.
        """
        if self.person is None:
            raise SignInNeeded(appid or self.call.appid)
        return self.person

    async def openid(self) -> str:
        """Return the visitor's openid at the entered account; the first time the two are introduced.

        Raises:
            SignInNeeded: nobody is signed in, or the persona of another account.
        """
        app, person = self.app, self.require_person()
        if person.persona_of not in {"", app.appid}:
            raise SignInNeeded(app.appid)
        known = await self.read(lambda tx: find_openid(tx, person.id, app.appid))
        if known:
            return known
        keys, now = self.platform.keys, self.now
        openid = await self.write(lambda tx: introduce(tx, keys, app, person, now))
        await self.write(lambda tx: remember_openid(tx, person.id, app.appid, openid))
        return openid

    # What was sent.

    @property
    def path(self) -> dict[str, str]:
        """Return the values in the path."""
        return {name: storable(value) for name, value in self.request.path_params.items()}

    @property
    def query(self) -> dict[str, str]:
        """Return the query's parameters, the last of each name."""
        return self.call.query

    @property
    def form(self) -> dict[str, str]:
        """Return the fields of a posted form, the last of each name; none of ours has so many as to have none here."""
        return {name: values[-1] for name, values in self.fields.items()}

    @cached_property
    def fields(self) -> dict[str, list[str]]:
        """Return every value of each field of a posted form."""
        if self.parts is not None:
            return self.parts.fields
        try:
            named = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return {}
        return {name: [storable(one) for one in values] for name, values in named.items()}

    @property
    def files(self) -> dict[str, list[Upload]]:
        """Return the files of each field of a posted form that were chosen."""
        return self.parts.files if self.parts is not None else {}

    @cached_property
    def parts(self) -> FormData | None:
        """Return a posted multipart form, None for any other and for one that is broken or of too many parts."""
        content_type = self.call.header("content-type")
        if not content_type.startswith("multipart/form-data"):
            return None
        try:
            return form_data(content_type, self.body, MOST_FIELDS)
        except Refusal:
            return FormData()

    @property
    def json(self) -> dict[str, Any]:
        """Return the posted JSON object; an empty one when it is none."""
        return object_of(self.body)

    @property
    def here(self) -> str:
        """Return path and query of this page, to come back to."""
        return "/" + quote(self.request.scope["path"].lstrip("/"), safe=IN_PATH) + self.question

    @property
    def question(self) -> str:
        """Return the query with its mark, empty without one, for links to pages that are asked the same."""
        query = quote(self.request.scope["query_string"], safe=IN_QUERY)
        return f"?{query}" if query else ""

    def in_language(self, language: Language) -> str:
        """Return the address of this page in a language, as seen from itself."""
        return "?" + urlencode({**self.request.query_params, "lang": language})

    # Sessions, and forms that only our pages can send.

    @property
    def cookie(self) -> str:
        """Return the visitor's cookie, a session's when somebody is signed in."""
        return self._cookie

    @property
    def csrf(self) -> str:
        """Return what a form of this visitor has to carry."""
        return self.platform.keys.mac("csrf", self._cookie).hex()[:32]

    def is_ours(self) -> bool:
        """Tell whether what was posted comes from a page of ours that this visitor was shown."""
        origin = self.request.headers.get("origin", "")
        if origin and origin.partition("://")[2] != self.request.headers.get("host", ""):
            return False
        given = self.request.headers.get("x-csrf") or self.form.get("csrf", "")
        return hmac.compare_digest(given.encode(), self.csrf.encode())

    def renew_cookie(self, keep_seconds: int = SESSION_DAYS * DAY) -> str:
        """Give the visitor a new cookie, as signing in and out does, and return it; 0 keeps it until the end."""
        self._cookie = secrets.token_urlsafe(COOKIE_BYTES)
        self._new_cookies[self.COOKIE] = (self._cookie, keep_seconds)
        return self._cookie

    def keep_cookie(self, name: str, value: str, seconds: int) -> None:
        """Have the browser keep a cookie that no script reads; 0 seconds keep it until the browser ends."""
        self._new_cookies[name] = (value, seconds)

    # The store.

    async def read(self, action: Callable[[Tx], T]) -> T:
        """Run a reading action."""
        result: T = await self.platform.store.read(action)
        return result

    async def write(self, action: Callable[[Tx], T]) -> T:
        """Run a changing action in a transaction, and have its events delivered."""
        result: T = await self.platform.store.write(action)
        if self.call.appid:
            self.platform.wake(self.app)
        return result

    # Answers.

    def show(self, template: str, /, status: int = 200, policy: dict[str, str] | None = None, **facts: Any) -> Response:
        """Return a page.

        Args:
            template: ``package/page.html``.
            policy: directives of the Content-Security-Policy other than every page's.
            facts: what the template is given beside ``visit`` and ``_``.
        """
        text = self._templates.render(template, visit=self, _=self.text, **facts)
        framed = OWN_FRAMES if self.request.scope["path"].startswith(FRAMED) else {}
        rules = "; ".join(f"{name} {value}" for name, value in {**POLICY, **framed, **(policy or {})}.items())
        return self._with_cookies(HTMLResponse(text, status, {"content-security-policy": rules}))

    def end(self, name: str, status: int, **facts: Any) -> Response:
        """Return the page for what cannot be shown or done: ``missing``, ``forged``, ``not_allowed`` or ``refused``."""
        return self.show(f"{self.ENDS}/{name}.html", status, **facts)

    def refuse(self, refused: Refusal, started: float, status: int = 200) -> Response:
        """Keep a refusal and return the page that tells its reference.

        Args:
            refused: why.
            started: ``time.perf_counter()`` when the request came.
            status: of the answer.
        """
        return self.end("refused", status, rid=keep_failure(self.call, refused, started)[0])

    def send(self, response: Response) -> Response:
        """Return what is no page, such as a file to save, with what the browser has to keep."""
        return self._with_cookies(response)

    def answer(self, facts: dict[str, Any]) -> Response:
        """Return JSON to a script of ours."""
        return self._with_cookies(JSONResponse(facts))

    def go(self, path: str) -> Response:
        """Send the browser to a path of ours."""
        return self.go_out(self._templates.at(path))

    def go_out(self, url: str, status: int = 303) -> Response:
        """Send the browser to an address that has been checked."""
        return self._with_cookies(RedirectResponse(url, status))

    def sign_in_path(self, appid: str, back: str = "") -> str:
        """Return the path of the sign-in page that leads back here, or to ``back``."""
        back = back or (self.here if self.request.method == "GET" else self.HOME)
        return f"{self.HOME}/sign-in?next={quote(back, safe='')}" + (f"&appid={quote(appid)}" if appid else "")

    def _with_cookies(self, response: Response) -> Response:
        secure = self.platform.settings.base_url.startswith("https:")
        for name, (value, seconds) in self._new_cookies.items():
            response.set_cookie(
                name, value, max_age=seconds or None, httponly=True, samesite="lax", secure=secure, path="/"
            )
        response.headers.setdefault("cache-control", "no-store")
        return response

    def _language(self) -> Language:
        asked = self.request.query_params.get("lang", "")
        for language in LANGUAGES:
            if asked == language:
                self._new_cookies.setdefault(LANGUAGE_COOKIE, (language, SESSION_DAYS * DAY))
                return language
        kept = self.request.cookies.get(LANGUAGE_COOKIE, "")
        known = (language for language in LANGUAGES if language == kept)
        return next(known, language_of(self.request.headers.get("accept-language", "")))


def local_path(text: str, otherwise: str = "/wallet") -> str:
    """Return a path of ours that a visitor is sent to; anything that could lead elsewhere becomes ``otherwise``."""
    elsewhere = not text.startswith("/") or text[1:2] in {"/", "\\"} or any(one <= " " or one == "\\" for one in text)
    return otherwise if elsewhere else text
