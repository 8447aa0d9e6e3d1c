"""Odd requests over every path: each is answered in its form, and nothing behind them breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.request import Maker, Request, bash
from fuzz.run import Run, running
from fuzz.shape import forms
from kaquan.api.route import ROUTES
from kaquan.app import load_endpoints
from support.database import Databases
from support.server import Server

load_endpoints()
COUNT = 1000
SEED = "1"
# They take a body that is no JSON, or whatever stands in it is not looked at.
WITHOUT_FORM = {
    "/card/getcolors",
    "/cgi-bin/clear_quota/v2",
    "/cgi-bin/get_api_domain_ip",
    "/cgi-bin/getcallbackip",
    "/cgi-bin/media/uploadimg",
    "/cgi-bin/ticket/getticket",
    "/sandbox/load",
}


def test_a_thousand_odd_requests_do_no_harm(databases: Databases, tmp_path: Path) -> None:
    with running(databases.create()) as server:
        verdict = Run(server, SEED, tmp_path).send(COUNT)
    assert verdict.faults == []
    assert {path for path, _ in verdict.errcodes} == set(ROUTES)
    assert sum(verdict.errcodes.values()) == COUNT


@pytest.mark.parametrize("path", sorted(path for path, one in ROUTES.items() if one.has_body))
def test_the_fields_of_every_body_are_known(path: str) -> None:
    assert bool(forms(ROUTES[path])) is (path not in WITHOUT_FORM)


def test_the_same_seed_makes_the_same_requests(sqlite_server: Server, tmp_path: Path) -> None:
    run = Run(sqlite_server, SEED, tmp_path)
    again = Maker(SEED, run.shops[:2], run.shops[2])
    assert [run.maker.make(number) for number in range(200)] == [again.make(number) for number in range(200)]


def test_a_request_is_repeated_by_curl(tmp_path: Path) -> None:
    headers = ((b"x", b"\xff'"),)
    short = Request(0, "/x", "POST", b"/x?a=b", headers, "汉".encode(), chunks=(1,))
    assert short.curl("http://h", tmp_path) == (
        "curl -sS -i --path-as-is -X POST -H $'x: \\xff\\x27' -H 'Transfer-Encoding: chunked' "
        "--data-binary $'\\xe6\\xb1\\x89' 'http://h/x?a=b'"
    )
    long = Request(0, "/x", "POST", b"/x", (), b"\0")
    assert str(tmp_path) in long.curl("http://h", tmp_path)
    assert next(tmp_path.iterdir()).read_bytes() == b"\0"


def test_chunks_hold_the_whole_body() -> None:
    sent = Request(0, "/x", "POST", b"/x", (), b"0123456789", chunks=(1, 4)).raw()
    assert sent.endswith(b"\r\n\r\n1\r\n0\r\n4\r\n1234\r\n5\r\n56789\r\n0\r\n\r\n")
    assert bash(b"a b") == "'a b'"
