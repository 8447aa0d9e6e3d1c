"""What commands say when they end before their time."""

from __future__ import annotations

from typing import NoReturn

import typer

from kaquan.errors import Refusal
from kaquan.errors.explain import explain


def told(refused: Refusal) -> str:
    """Return errcode, text and cause of a refusal for a person."""
    return explain(refused.errcode, refused.cause, refused.facts).text("en")


def stop(message: str) -> NoReturn:
    """End the command as failed."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
