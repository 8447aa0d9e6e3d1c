"""The command line: a file per command, imported when its command is called."""

from __future__ import annotations

import sys
from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

HELP = """A card-and-coupon platform that speaks the WeChat Card API.

Examples:

  kaquan demo

  kaquan explain 65530d2f-0a1b2c3d-4e5f6071

  kaquan trigger user_consume_card

  kaquan listen --forward-to http://127.0.0.1:3000/events
"""
EPILOG = "Begin with:  kaquan demo      Then:  kaquan explain RID"
# Where each command is, and the first line of its help: whoever asks for the list does not wait for any of them.
COMMANDS = {
    "serve": ("serve:serve", "Serve the API."),
    "demo": (
        "demo:demo",
        "Serve a demo merchant on loopback: card function and all permissions granted, review automatic.",
    ),
    "explain": (
        "explain:explain_call",
        "Say why a call failed: the cause that holds, how to mend the call, and the body that would have passed.",
    ),
    "trigger": ("trigger:trigger", "Push an event of any type to try a receiver with; nothing else changes."),
    "listen": ("listen:listen", "Bring the events of a sandbox app to an address on your own machine, as they happen."),
    "app": ("app:commands", "Create and change accounts."),
    "operator": ("operator:commands", "Review cards and stores, take cards down; make the first operator."),
    "codes": ("codes:commands", "Import and export the codes of a card."),
    "sandbox": ("sandbox:commands", "Be the consumer, the operator and the clock of a sandbox app."),
    "lab": ("lab:commands", "Examine signatures of pages."),
}


class Deferred(TyperCommand):
    """A command that is imported when it is called.

    Args:
        name: what it is called by.
        place: its module and what it is there: a function, or a typer of several.
        help: what stands for it in a list.
    """

    def __init__(self, name: str, place: str, help: str) -> None:
        super().__init__(name, help=help)
        self._place = place

    @cached_property
    def real(self) -> Any:
        """Return the command itself."""
        module, _, name = self._place.partition(":")
        found = getattr(import_module(f"kaquan.cli.{module}"), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False)
            alone.command(self.name)(found)
            return typer.main.get_command(alone)
        return typer.main.get_group(found)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return the context of the command itself, which is what is invoked then."""
        return self.real.make_context(info_name, args, parent, **extra)


class Commands(TyperGroup):
    """All commands, none of them imported yet."""

    def __init__(self, **attributes: Any) -> None:
        commands = {name: Deferred(name, *where) for name, where in COMMANDS.items()}
        super().__init__(**{**attributes, "commands": commands})


cli = typer.Typer(
    name="kaquan",
    cls=Commands,
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.callback()(lambda: None)


def is_mendable(fault: Exception) -> bool:
    """Tell whether a fault is one that the operator can mend; anything else is a fault of ours and shows its trace."""
    msgspec, alchemy, keys = (import_module(name) for name in ("msgspec", "sqlalchemy.exc", "kaquan.keys"))
    ours = (keys.BadKeyFile, keys.KeyMismatch)
    return isinstance(fault, (*ours, OSError, msgspec.ValidationError, alchemy.ArgumentError, alchemy.DBAPIError))


def main() -> None:
    """Run the command line; what the operator can mend is said in one line."""
    try:
        cli()
    except Exception as fault:
        if not is_mendable(fault):
            raise
        typer.echo(f"kaquan: {' '.join(str(getattr(fault, 'orig', fault)).split())}", err=True)
        sys.exit(1)
