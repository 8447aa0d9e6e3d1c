"""Snapshots of a sandbox app: kept on the server under a name, taken as a file, and loaded again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_snapshot import Snapshot, delete_snapshot, keep_snapshot, snapshot_body
from kaquan.actions.snapshot_app import load_snapshot
from kaquan.api.gifts import bring_back
from kaquan.api.sandbox_snapshots import GZIP, checked, saved
from kaquan.errors import Errcode, Refusal
from kaquan.rules.snapshot import check_name
from kaquan.sources import wall_clock
from kaquan.web.desk import Desk, Said, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

SECTION = "snapshots"
NOTE_MOST = 100
NOW = "now"


class Told(msgspec.Struct, frozen=True):
    """What the page says after a change.

    Args:
        section: its part of the page.
        done, fault: in a line.
        refused: in all words.
        text: something to copy.
        path: of a page to go on to.
        fields: what was typed, to be shown again.
    """

    section: str = ""
    done: str = ""
    fault: str = ""
    refused: Said | None = None
    text: str = ""
    path: str = ""
    fields: dict[str, str] = {}


Change = Callable[[Desk], Awaitable[Told]]


async def keep(visit: Desk) -> Told:
    """Keep everything of the account under a name."""
    name, note = visit.form.get("name", "").strip(), visit.form.get("note", "").strip()[:NOTE_MOST]
    check_name(name)
    body, record, appid = await saved(visit.call), visit.platform.record(), visit.app.appid
    made, replace = Snapshot(name, note, wall_clock(), len(body)), bool(visit.form.get("replace"))
    await visit.change("snapshot.keep", lambda tx: keep_snapshot(tx, appid, made, body, replace, record), name)
    return Told(SECTION, done=visit.text(zh("已保存快照 {name}"), name=name))


async def restore(visit: Desk) -> Told:
    """Take the account back to a snapshot that is kept."""
    name, appid = visit.form.get("name", ""), visit.app.appid
    return await load(visit, await visit.read(lambda tx: snapshot_body(tx, appid, name)), name)


async def upload(visit: Desk) -> Told:
    """Take the account to what a file holds."""
    files = visit.files.get("file", [])
    if not files:
        return Told(SECTION, fault=visit.text(zh("请选择一个快照文件")))
    return await load(visit, files[0].content, files[0].name[:100])


async def load(visit: Desk, body: bytes, name: str) -> Told:
    """Put what a file holds in the place of everything the account has, its clock included."""
    head = await asyncio.to_thread(checked, body)
    app, base_url, now, record = visit.app, visit.platform.settings.base_url, wall_clock(), visit.platform.record()
    await visit.change(
        "snapshot.load", lambda tx: load_snapshot(tx, app, body, head, base_url, now, True, record), name
    )
    await visit.platform.apps.reload(app.appid)
    await bring_back(visit.platform, app.appid, head.app_time)
    return Told(SECTION, done=visit.text(zh("已载入快照 {name}"), name=name))


async def delete(visit: Desk) -> Told:
    """Keep a snapshot no longer."""
    name, appid, now, record = visit.form.get("name", ""), visit.app.appid, wall_clock(), visit.platform.record()
    await visit.change("snapshot.delete", lambda tx: delete_snapshot(tx, appid, name, now, record), name)
    return Told(SECTION, done=visit.text(zh("已删除快照 {name}"), name=name))


CHANGES: dict[str, Change] = {
    "snapshot_keep": keep,
    "snapshot_restore": restore,
    "snapshot_upload": upload,
    "snapshot_delete": delete,
}


@desk("/console/{appid}/sandbox/snapshots/{name}", sees="develop.change")
async def download(visit: Desk) -> Response:
    """Return a snapshot as a file: one that is kept, or the account as it is now."""
    name, appid = visit.path["name"], visit.app.appid
    if not visit.app.sandbox:
        raise NotHere
    try:
        kept = await visit.read(lambda tx: snapshot_body(tx, appid, name)) if name != NOW else b""
    except Refusal as refused:
        if refused.errcode != Errcode.INVALID_ARGS:
            raise
        raise NotHere from None
    body = kept or await saved(visit.call)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(f'{appid}-{name}.kaquan')}"}
    return Response(body, media_type=GZIP, headers={**headers, "cache-control": "no-store"})
