"""``kaquan sandbox save``, ``load``, ``keep``, ``restore`` and ``snapshots``: an app as it was."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Annotated

import typer

from kaquan.cli.client import Client, decoded
from kaquan.cli.output import stop

BINARY = {"content-type": "application/gzip"}
Name = Annotated[str, typer.Argument(help="of the snapshot")]


def save(context: typer.Context, file: Annotated[Path, typer.Argument(help="where to")]) -> None:
    """Save the app as one file: cards, codes, people, events, its clock; no secret is in it.

    Example:

      kaquan sandbox save shop.snapshot
    """
    client: Client = context.obj()
    body = client.file("/sandbox/save", b"{}")
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(body)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    typer.echo(f"{file}  {len(body)} bytes")


def load(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="of `kaquan sandbox save`")],
    force: Annotated[bool, typer.Option("--force", help="also where the app has cards or codes, which go")] = False,
) -> None:
    """Put what a file holds in the place of everything the app has; its secret, tokens and callback stay.

    A file of another app makes this one a copy of it, with names of its own.

    Examples:

      kaquan sandbox load shop.snapshot

      kaquan sandbox load shop.snapshot --force
    """
    try:
        body = file.read_bytes()
    except OSError as fault:
        stop(f"{file}: {fault.strerror}")
    client: Client = context.obj()
    query = {"force": "1"} if force else {}
    typer.echo(told(decoded(client.file("/sandbox/load", body, BINARY, **query))))


def keep(
    context: typer.Context,
    name: Name,
    note: Annotated[str | None, typer.Option(help="for people")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="take the place of one of this name")] = False,
) -> None:
    """Keep the app as it is now on the server, under a name; 20 at the most.

    Example:

      kaquan sandbox keep seed --note "two cards, nobody has one"
    """
    done = context.obj().post("/sandbox/keep", name=name, note=note, replace=replace)
    typer.echo(f"{name}  {done['size']} bytes")


def restore(context: typer.Context, name: Name) -> None:
    """Take the app back to a snapshot that is kept.

    Example:

      kaquan sandbox restore seed
    """
    typer.echo(told(context.obj().post("/sandbox/restore", name=name)))


def snapshots(
    context: typer.Context,
    delete: Annotated[str | None, typer.Option(help="keep the one of this name no longer")] = None,
) -> None:
    """Print the snapshots that are kept, one a line, the newest first.

    Examples:

      kaquan sandbox snapshots

      kaquan sandbox snapshots --delete seed
    """
    client = context.obj()
    if delete is not None:
        client.post("/sandbox/snapshots/delete", name=delete)
        typer.echo("ok")
        return
    for one in client.post("/sandbox/snapshots")["snapshots"]:
        typer.echo(json.dumps(one, ensure_ascii=False))


def told(answer: dict[str, object]) -> str:
    """Return in one line what an app was taken to."""
    rows, now = answer["rows"], answer["now"]
    assert isinstance(rows, dict)
    assert isinstance(now, int)
    counts = ", ".join(f"{rows.get(name, 0)} {word}" for name, word in (("card", "cards"), ("code", "codes")))
    return f"{counts}; the app's time is {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(now))} UTC"
