"""Puts the parts together; the only module that knows all of them."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import pkgutil
import sys
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

import kaquan.api
from kaquan.actions.claim_card import claim_cards
from kaquan.actions.consume_code import consume_codes
from kaquan.actions.exchange_code import forget_grants
from kaquan.actions.find_code import find_codes
from kaquan.actions.foresee_claim import foresee_claims
from kaquan.actions.keep_answer import forget_answers
from kaquan.actions.keep_call import forget_calls, keep_calls
from kaquan.actions.keep_choices import configured, load_choices
from kaquan.actions.keep_members import forget_invitations
from kaquan.actions.keep_session import forget_sessions
from kaquan.actions.keep_sheet import forget_sheets
from kaquan.actions.manage_app import list_clocks
from kaquan.actions.throttle import forget_tries
from kaquan.api.depositing import keep_depositing
from kaquan.api.dispatch import Dispatcher
from kaquan.api.folding import keep_folding, write_views
from kaquan.api.gifts import keep_bringing_back
from kaquan.api.route import ROUTES
from kaquan.events.delivery import Delivery
from kaquan.keys import Keys, load_master_key
from kaquan.platform import Hot, Platform
from kaquan.settings import Settings, from_environment
from kaquan.site import Site
from kaquan.sources import Codes, Ids, new_pick, wall_clock
from kaquan.store.apps import AppCache
from kaquan.store.batch import Batcher
from kaquan.store.outbox import StoreOutbox
from kaquan.store.quota import SWEEP_SECONDS, Quotas
from kaquan.store.schema import open_store
from kaquan.tokens import Tokens
from kaquan.watch.watch import Watch

CLEAN_EVERY = 600.0
FOLLOW_EVERY = 2.0
SHARED = "KAQUAN_WORKERS_FOLDER"
"""Variable that names the folder that the worker processes of one command share."""
CALL_BATCH = 1000

log = structlog.get_logger(__name__)


def load_endpoints() -> None:
    """Import every module of the wire, so that its endpoints are registered."""
    for module in pkgutil.walk_packages(kaquan.api.__path__, "kaquan.api."):
        importlib.import_module(module.name)


def build(settings: Settings) -> Platform:
    """Return the parts for these settings; nothing is opened yet."""
    keys = Keys(load_master_key(settings.key_path))
    store = open_store(settings)
    ids = Ids()
    claim = partial(claim_cards, new_code=Codes(), new_id=ids, new_pick=new_pick)
    consume = partial(consume_codes, new_id=ids)
    foresee = store.flusher(foresee_claims, reads=True)
    hot = Hot(
        claims=Batcher("claim", store.flusher(claim), settings.batch, settings.queue, store.depth),
        consumes=Batcher("consume", store.flusher(consume), settings.batch, settings.queue, store.depth),
        finds=Batcher("find", store.flusher(find_codes, reads=True), settings.batch, settings.queue, store.depth),
        calls=Batcher("failed call", store.flusher(keep_calls), CALL_BATCH, settings.queue),
        foresights=Batcher("foresight", foresee, settings.batch, settings.queue, store.depth),
    )
    apps, quotas = AppCache(store.read), Quotas(store.write)
    platform = Platform(settings, keys, store, apps, Tokens(keys), hot, ids, quotas, configured(settings))
    platform.delivery = Delivery(StoreOutbox(store, keys), settings, hot.waiting)
    return platform


def configure_log() -> None:
    """Log faults without the values of local variables: what a call carries is secret."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    # Not to stdout, which is what a command answers with.
    to_stderr = structlog.PrintLoggerFactory(sys.stderr)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain], logger_factory=to_stderr)


class Server:
    """The ASGI application: the wire, the pages, and what runs beside it while the server is up.

    Args:
        settings: what the operator decided.
        shared: folder in which the processes behind one socket know of each other; empty for one that is alone.
    """

    def __init__(self, settings: Settings, shared: str = "") -> None:
        configure_log()
        load_endpoints()
        self.platform = build(settings)
        self.platform.watch = Watch(self.platform, shared)
        self._dispatch = Dispatcher(self.platform)
        self._site = Site(self.platform)
        self._beside: list[asyncio.Task[None]] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one request, or the server's life itself."""
        if scope["type"] == "http":
            path = scope["path"]
            serve = self._site if path not in ROUTES and self._site.serves(path) else self._dispatch
            await serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        try:
            await self.start()
        except Exception as fault:
            await send({"type": "lifespan.startup.failed", "message": str(fault)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def start(self) -> None:
        """Open the store and begin to deliver."""
        # What is there from the start stays: looking it over again and again costs each call some microseconds.
        gc.collect()
        gc.freeze()
        # One of several workers has a thread of its supervisor beside it already, and is not to be forked.
        await self.platform.store.open(apart=self.platform.settings.workers == 1)
        await self._look_up_choices()
        await self.platform.delivery.start()
        watch = self.platform.watch
        watch.shared.join()
        every = (self._clean(), self._sweep(), self._follow(), watch.publish())
        beside = (
            *every,
            keep_bringing_back(self.platform),
            keep_folding(self.platform),
            keep_depositing(self.platform),
        )
        self._beside = [asyncio.create_task(one) for one in beside]

    async def stop(self) -> None:
        """Answer what is queued, give back what is leased, and close."""
        for task in self._beside:
            task.cancel()
        self.platform.watch.shared.leave()
        await self.platform.delivery.stop()
        await self.platform.hot.drain()
        await write_views(self.platform)
        await self.platform.quotas.close()
        await self.platform.store.close()

    async def _clean(self) -> None:
        while True:
            await asyncio.sleep(CLEAN_EVERY)
            choices = self.platform.choices
            await self.platform.store.write(lambda tx: forget_sessions(tx, wall_clock()))
            await self.platform.store.write(lambda tx: forget_tries(tx, wall_clock()))
            await self.platform.store.write(lambda tx: forget_invitations(tx, wall_clock()))
            for appid, offset in [("", 0), *await self.platform.store.read(list_clocks)]:
                limits = (appid, wall_clock(), choices.keep_calls_days, choices.keep_calls)
                await self.platform.store.write(lambda tx, limits=limits: forget_calls(tx, *limits))
                for forget in (forget_sheets, forget_answers, forget_grants):
                    facts = (appid, wall_clock() + offset)
                    await self.platform.store.write(lambda tx, facts=facts, f=forget: f(tx, *facts))

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(FOLLOW_EVERY)
            try:
                await self._look_up_choices()
            except sa.exc.SQLAlchemyError as fault:
                log.warning("what operators chose was not looked up", fault=type(fault).__name__)

    async def _look_up_choices(self) -> None:
        settings = self.platform.settings
        self.platform.choices = await self.platform.store.read(lambda tx: load_choices(tx, settings))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.platform.quotas.sweep()
            except sa.exc.SQLAlchemyError as fault:
                log.warning("leased quotas were not given back", fault=repr(fault))


def create() -> Server:
    """Return the application for the ``KAQUAN_*`` variables; what a server process calls."""
    return Server(from_environment(os.environ), os.environ.get(SHARED, ""))
