"""Sign up: a name, a password, nothing else."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.wallet.sign_in import welcome
from kaquan.web.account import signed_up, typed_name
from kaquan.web.page import page
from kaquan.web.visit import Visit


@page("/wallet/sign-up", "GET", "POST")
async def sign_up(visit: Visit) -> Response:
    """Make an account and sign in to it."""
    if visit.request.method == "GET":
        return show(visit)
    entered = await signed_up(visit)
    if entered.person is None:
        return show(visit, entered.fault, entered.status)
    return await welcome(visit, entered.person)


def show(visit: Visit, fault: str = "", status: int = 200) -> Response:
    """Show the form."""
    return visit.show("wallet/sign_up.html", status, fault=fault, name=typed_name(visit))
