"""The command line: a file per command."""

from __future__ import annotations

import sys

import msgspec
import sqlalchemy as sa
import typer

from kaquan.cli import app, codes, demo, explain, keys, lab, operator, quota, sandbox, serve
from kaquan.keys import BadKeyFile, KeyMismatch

EPILOG = "Begin with:  kaquan demo      Then:  kaquan explain RID"
cli = typer.Typer(
    name="kaquan",
    help="A card-and-coupon platform that speaks the WeChat Card API.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.command("serve")(serve.serve)
cli.command("demo")(demo.demo)
cli.command("explain")(explain.explain_call)
app.commands.command("quota")(quota.quota)
app.commands.command("secret")(keys.secret)
app.commands.command("ip-list")(keys.ip_list)
cli.add_typer(app.commands, name="app")
cli.add_typer(operator.commands, name="operator")
cli.add_typer(codes.commands, name="codes")
cli.add_typer(sandbox.commands, name="sandbox")
cli.add_typer(lab.commands, name="lab")


# What the operator can mend is said in one line; anything else is a fault of ours and shows its trace.
MENDABLE = (BadKeyFile, KeyMismatch, OSError, msgspec.ValidationError, sa.exc.ArgumentError, sa.exc.DBAPIError)


def main() -> None:
    """Run the command line."""
    try:
        cli()
    except MENDABLE as fault:
        typer.echo(f"kaquan: {' '.join(str(getattr(fault, 'orig', fault)).split())}", err=True)
        sys.exit(1)
