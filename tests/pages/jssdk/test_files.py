"""The scripts for pages of others run in old browsers as they are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from clients.sdk import NODE
from kaquan.jssdk.files import BRIDGE, LIBRARIES, SHEET, script

CLIENTS = Path(__file__).parents[2] / "clients"
PARSE = """
const text = require("fs").readFileSync(0, "utf8");
require("acorn").parse(text, {ecmaVersion: 2015});
"""
# What came after ES2015 without changing how a program is written.
LATER = re.compile(r"Object\.(entries|values|fromEntries|hasOwn)\b|\.(includes|at|flat|flatMap|padStart|finally)\(")


@pytest.mark.parametrize("name", [BRIDGE, SHEET, "jweixin-1.6.0.js"])
def test_a_script_is_plain_es2015(name: str) -> None:
    body = script(name, "http://cards.example.com")
    assert body is not None
    subprocess.run([NODE, "--eval", PARSE], input=body, cwd=CLIENTS, check=True)
    assert LATER.findall(body.decode()) == []


def test_the_server_is_named_where_a_script_cannot_tell_where_it_came_from() -> None:
    for name in (BRIDGE, "jweixin-1.6.0.js"):
        body = script(name, "http://cards.example.com") or b""
        assert body.count(b'"http://cards.example.com"') == 1
        assert b"{{" not in body.replace(b"({{", b"")


def test_the_library_is_served_under_the_names_of_every_version() -> None:
    assert sorted(LIBRARIES) == [
        f"jweixin-{one}.js" for one in ("1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.3.2", "1.4.0", "1.6.0")
    ]
    assert script("jweixin-9.9.9.js", "") is None
