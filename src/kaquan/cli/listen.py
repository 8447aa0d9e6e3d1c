"""``kaquan listen``: events on your own machine, where no callback can reach it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from typing import Annotated, Any

import aiohttp
import typer

from kaquan.cli.client import Appid, BaseUrl, Client, NoAnswer, Secret
from kaquan.cli.duration import begin_of
from kaquan.cli.output import stop, told
from kaquan.cli.tape import Tape
from kaquan.errors import Refusal
from kaquan.events.address import AddressRefused, check_url
from kaquan.events.made import check_made
from kaquan.events.outbox import ATTEMPTS, CallbackConfig, Pushed
from kaquan.events.post import NO_CONNECTION, Answer, open_session, push
from kaquan.rules.callback import FORMATS, MODES, check_secrets
from kaquan.sources import wall_clock

POLL_SECONDS = 0.5
# Between two tries, of the server and of the address.
PAUSE_SECONDS = 1.0
PLAIN, XML = "plain", "xml"


class Forwarder:
    """Posts events to one address in their order, and says how each went.

    Args:
        config: where to, and how.
        runner: runs the posts.
    """

    def __init__(self, config: CallbackConfig, runner: asyncio.Runner) -> None:
        self._config = config
        self._runner = runner
        self._session: aiohttp.ClientSession = runner.run(opened())
        self._absent = False
        self.count: Counter[str] = Counter()
        self.last = ""

    def close(self) -> None:
        """Let the connections go."""
        self._runner.run(self._session.close())

    def forward(self, event: dict[str, Any]) -> None:
        """Post an event until it is taken, or as often as the platform would; where nobody listens it waits."""
        attempt = 1
        while not (answer := self._post(event, attempt)).delivered and attempt < ATTEMPTS:
            time.sleep(PAUSE_SECONDS)
            attempt += 1
        self.count["taken" if answer.delivered else "given up"] += 1
        self.last = event["id"]

    def _post(self, event: dict[str, Any], attempt: int) -> Answer:
        one = Pushed(
            int(event["id"]), event["openid"], event["event"], event["create_time"], event["fields"], attempt - 1
        )
        while (answer := self._once(one)).text.startswith(NO_CONNECTION):
            if not self._absent:
                note(f"{answer.text}: {self._config.url}; waiting for it")
            self._absent = True
            time.sleep(PAUSE_SECONDS)
        self._absent = False
        typer.echo(line(event, answer, attempt))
        return answer

    def _once(self, event: Pushed) -> Answer:
        return self._runner.run(push(self._session, self._config, event, wall_clock(), allow_private=True))


async def opened() -> aiohttp.ClientSession:
    """Return a session that may connect to this machine."""
    return open_session(allow_private=True)


def line(event: dict[str, Any], answer: Answer, attempt: int) -> str:
    """Return what is printed of one post."""
    status = answer.status or "-"
    head = f"{time.strftime('%H:%M:%S')}  {event['id']}  {event['event']:28}  {status}  {answer.millis} ms"
    if answer.delivered:
        return head
    return f"{head}  attempt {attempt} of {ATTEMPTS}  {' '.join(answer.text.split())}".rstrip()


def note(text: str) -> None:
    """Say something that is about no event."""
    typer.echo(text, err=True)


def listen(
    forward_to: Annotated[str, typer.Option(help="where events are posted, such as http://127.0.0.1:3000/events")],
    events: Annotated[str | None, typer.Option(help="only these, with commas")] = None,
    since: Annotated[str | None, typer.Option(help="begin with those of the last 10m, or behind an id")] = None,
    skip_old: Annotated[bool, typer.Option("--skip-old", help="begin with those that happen from now on")] = False,
    replay: Annotated[str | None, typer.Option(help="post those of the last 10m, or behind an id, once more")] = None,
    token: Annotated[str, typer.Option(help="signs the pushes, as the callback's token does")] = "",
    aes_key: Annotated[str, typer.Option(help="43 characters; needed unless the mode is plain")] = "",
    mode: Annotated[str | None, typer.Option(help="plain, compatible or safe; left out: as the callback")] = None,
    format: Annotated[str | None, typer.Option(help="xml or json; left out: as the callback")] = None,
    base_url: BaseUrl = "http://127.0.0.1:8000",
    appid: Appid = "",
    secret: Secret = "",
) -> None:
    """Bring the events of a sandbox app to an address on your own machine, as they happen.

    The app needs no callback. Events come in their order, those on its tape first; after an outage of the server or of
    your address it goes on where it was. Ctrl-C ends it.

    Examples:

      kaquan listen --forward-to http://127.0.0.1:3000/events --token Tok3n --skip-old

      kaquan listen --forward-to http://127.0.0.1:3000/events --events user_get_card,user_consume_card --since 10m

      kaquan listen --forward-to http://127.0.0.1:3000/events --replay 2h
    """
    names = frozenset(filter(None, (events or "").split(",")))
    begin = {"last": 0} if skip_old else begin_of(replay if replay is not None else since)
    check(forward_to, names, {"since": since, "skip-old": skip_old or None, "replay": replay})
    client = Client(base_url, appid, secret)
    config = config_of(client, forward_to, token, aes_key, mode, format)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with asyncio.Runner() as runner:
        forwarder = Forwarder(config, runner)
        try:
            follow(Tape(client, begin), forwarder, names, once=replay is not None)
        except KeyboardInterrupt:
            note("")
        finally:
            forwarder.close()
    summarize(forwarder)
    if replay is not None and forwarder.count["given up"]:
        raise typer.Exit(1)


def check(url: str, names: frozenset[str], begins: dict[str, Any]) -> None:
    """End the command where it cannot do what was asked."""
    given = [name for name, value in begins.items() if value is not None]
    if len(given) > 1:
        stop(f"one of --{', --'.join(given)}")
    try:
        check_url(url, allow_private=True)
        for name in sorted(names):
            check_made(name, {})
    except AddressRefused as fault:
        stop(f"forward-to: {url}: {fault}")
    except Refusal as refused:
        stop(told(refused))


def config_of(
    client: Client, url: str, token: str, aes_key: str, mode: str | None, format: str | None
) -> CallbackConfig:
    """Return where events go and how: as the app's callback says, where nothing else is said."""
    app = client.post("/sandbox/app")
    as_set = app["callback"] or {}
    how = {"mode": mode or as_set.get("mode", PLAIN), "format": format or as_set.get("format", XML)}
    for name, known in (("mode", MODES), ("format", FORMATS)):
        if how[name] not in known:
            stop(f"{name}: {how[name]!r} is not one of {', '.join(known)}")
    if token or how["mode"] != PLAIN:
        try:
            check_secrets(token, aes_key, how["mode"])
        except Refusal as refused:
            stop(told(refused))
    note(f"events of {app['name']} ({app['appid']}) go to {url}, {how['mode']} {how['format']}; Ctrl-C ends")
    if not token:
        note("without --token the signature is made with an empty one")
    return CallbackConfig(app["appid"], app["gh_id"], url, token, aes_key, **how)


def follow(tape: Tape, forwarder: Forwarder, names: frozenset[str], once: bool) -> None:
    """Forward what appears on the tape, of these names or of all, until told to stop."""
    gone = False
    while True:
        try:
            for event in tape.new():
                if not names or event["event"] in names:
                    forwarder.forward(event)
        except NoAnswer as fault:
            if not gone:
                note(f"{fault}; waiting for it")
            gone = True
            time.sleep(PAUSE_SECONDS)
            continue
        if gone:
            note("the server is back")
        gone = False
        if once:
            return
        time.sleep(POLL_SECONDS)


def summarize(forwarder: Forwarder) -> None:
    """Say how many events came through, and how to go on behind the last."""
    count = forwarder.count
    behind = f"; to go on: --since {forwarder.last}" if forwarder.last else ""
    note(f"{count.total()} events: {count['taken']} taken, {count['given up']} given up{behind}")
