"""Steps of an order, and what the endpoints declare with them."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from kaquan.api.dispatch import report_undeclared
from kaquan.api.route import ROUTES
from kaquan.app import load_endpoints
from kaquan.errors import Errcode
from kaquan.errors.catalogue import describe
from kaquan.errors.order import step

load_endpoints()


def test_a_step_names_errcodes_with_their_causes() -> None:
    one = step("40099 consumed | 40079 expired not_begun | 40099 again")
    assert one.refusals == (
        (Errcode.CODE_CONSUMED, ("consumed", "again")),
        (Errcode.INVALID_TIME, ("expired", "not_begun")),
    )
    assert list(one.given) == [(40099, "consumed"), (40099, "again"), (40079, "expired"), (40079, "not_begun")]
    assert step(str(one)) == one


@pytest.mark.parametrize("text", ["", "40099", "40099 a |", "12345 unknown", "consumed 40099"])
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no cause|not a valid Errcode|invalid literal"):
        step(text)


@pytest.mark.parametrize("path", sorted(ROUTES))
def test_what_an_endpoint_declares_is_described(path: str) -> None:
    given = [given for one in ROUTES[path].order for given in one.given]
    assert [one for one in given if describe(*one) is None] == []


@pytest.mark.parametrize("path", sorted(ROUTES))
def test_an_endpoint_declares_no_refusal_twice_behind_the_reading(path: str) -> None:
    given = [given for one in ROUTES[path].declared for given in one.given]
    # What two checks find alike, such as the ticket of a claim, stands where the first of them is.
    assert {one for one in given if given.count(one) > 1} <= {(40073, "ticket_unknown")}


@pytest.mark.parametrize(
    ("path", "refused", "told"),
    [
        ("/card/get", Errcode.INVALID_CARD_ID("unknown"), []),
        ("/card/get", Errcode.STOCK_OUT("rehearsed"), []),
        ("/card/get", Errcode.SYSTEM_ERROR("busy"), []),
        ("/nowhere", Errcode.STOCK_OUT("stock_empty"), []),
        ("/card/get", Errcode.STOCK_OUT("stock_empty"), [("/card/get", 45031, "stock_empty")]),
        ("/card/get", Errcode.INVALID_CARD_ID("ticket_unknown"), [("/card/get", 40073, "ticket_unknown")]),
    ],
)
def test_a_refusal_that_is_not_declared_is_logged(path: str, refused: Any, told: list[tuple[str, int, str]]) -> None:
    with structlog.testing.capture_logs() as logged:
        report_undeclared(path, refused)
    assert [(one["path"], one["errcode"], one["cause"]) for one in logged] == told
    assert {(one["event"], one["log_level"]) for one in logged} <= {("undeclared refusal", "error")}
