"""``/sandbox/save``, ``load``, ``keep``, ``restore`` and ``snapshots``: a sandbox app as it was."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec

from kaquan.actions.keep_snapshot import Snapshot, delete_snapshot, keep_snapshot, list_snapshots, snapshot_body
from kaquan.actions.snapshot_app import Loaded, load_snapshot, save_app
from kaquan.api.call import Call
from kaquan.api.encode import Raw, ok
from kaquan.api.gifts import bring_back
from kaquan.api.route import endpoint
from kaquan.rules.fields import MaxBytes
from kaquan.rules.snapshot import MOST_BYTES, Head, check_name
from kaquan.sources import wall_clock
from kaquan.store.apps import App
from kaquan.store.schema import revisions
from kaquan.store.snapshot_file import check_file, head_of

GZIP = "application/gzip"
FILE = "40097 snapshot_foreign snapshot_cut snapshot_newer snapshot_older snapshot_broken snapshot_large"
LARGE = "40097 snapshot_large"
ROWS = "40097 snapshot_rows"
UNKNOWN = "40097 snapshot_unknown"
YES = ("1", "true")


class Save(msgspec.Struct):
    """Body of ``save`` and ``snapshots``: nothing."""


class Keep(msgspec.Struct):
    """Body of ``keep``: ``replace`` takes the place of one of the same name."""

    name: str
    note: Annotated[str, MaxBytes(300)] = ""
    replace: bool = False


class Named(msgspec.Struct):
    """Body of ``restore`` and ``snapshots/delete``."""

    name: str


def check_keep(request: Keep, app: App, now: int) -> None:
    """Check the name."""
    check_name(request.name)


@endpoint("/sandbox/save", reads=Save, refuses=(LARGE,))
async def save(call: Call, request: Save) -> Raw:
    """Return everything of the account as one file, without its secrets."""
    return Raw(await saved(call), GZIP)


@endpoint("/sandbox/load", body_limit=MOST_BYTES, refuses=(FILE, "40097 snapshot_occupied", ROWS))
async def load(call: Call) -> dict[str, Any]:
    """Put what a file holds in the place of everything the account has; ``?force=1`` where it has something already."""
    return await loaded(call, call.body, call.query.get("force") in YES)


@endpoint(
    "/sandbox/keep",
    reads=Keep,
    checks=check_keep,
    refuses=("40097 snapshot_name", LARGE, "40097 snapshot_taken", "40097 snapshot_count"),
)
async def keep(call: Call, request: Keep) -> dict[str, Any]:
    """Keep everything of the account on the server, under a name; 20 at the most."""
    body = await saved(call)
    made = Snapshot(request.name, request.note or "", wall_clock(), len(body))
    replace, record = bool(request.replace), call.platform.record()
    return await call.commit(
        lambda tx: keep_snapshot(tx, call.appid, made, body, replace, record), lambda _: ok(size=len(body))
    )


@endpoint("/sandbox/restore", reads=Named, refuses=(UNKNOWN, FILE, ROWS))
async def restore(call: Call, request: Named) -> dict[str, Any]:
    """Take the account back to a snapshot that is kept."""
    body = await call.read(lambda tx: snapshot_body(tx, call.appid, request.name))
    return await loaded(call, body, force=True)


@endpoint("/sandbox/snapshots", reads=Save)
async def snapshots(call: Call, request: Save) -> dict[str, Any]:
    """Return the snapshots that are kept, the newest first."""
    return ok(snapshots=await call.read(lambda tx: list_snapshots(tx, call.appid)))


@endpoint("/sandbox/snapshots/delete", reads=Named, refuses=(UNKNOWN,))
async def forget(call: Call, request: Named) -> dict[str, Any]:
    """Keep a snapshot no longer."""
    record = call.platform.record()
    return await call.commit(
        lambda tx: delete_snapshot(tx, call.appid, request.name, wall_clock(), record), lambda _: ok()
    )


async def saved(call: Call) -> bytes:
    """Return the account as a file; all that is read for it is of one moment."""
    base_url = call.platform.settings.base_url
    return await call.read(lambda tx: save_app(tx, call.app, base_url, revisions()[0], wall_clock()))


async def loaded(call: Call, body: bytes, force: bool) -> dict[str, Any]:
    """Take the account to what a file holds, which is read through before anything is changed."""
    head = await asyncio.to_thread(checked, body)
    base_url, record, now = call.platform.settings.base_url, call.platform.record(), wall_clock()
    answer = await call.commit(
        lambda tx: load_snapshot(tx, call.app, body, head, base_url, now, force, record), lambda done: told(head, done)
    )
    await call.platform.apps.reload(call.appid)
    await bring_back(call.platform, call.appid, head.app_time)
    return answer


def checked(body: bytes) -> Head:
    """Return what a file says of itself once it was read to its end.

    Raises:
        Refusal: 40097, it cannot be loaded.
    """
    head = head_of(body, frozenset(revisions()))
    check_file(body, head)
    return head


def told(head: Head, done: Loaded) -> dict[str, Any]:
    """Return the answer to a loading."""
    source = {"appid": head.home.appid, "name": head.name, "saved_at": head.saved_at}
    return ok(now=done.now, source=source, rows={name: count for name, count in done.rows.items() if count})
