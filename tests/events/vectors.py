"""The test vectors of the wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors.json").read_text("utf-8"))


def named(cases: list[dict[str, Any]], name: str = "name") -> pytest.MarkDecorator:
    """Return a parametrisation over cases, each called by the value of its member ``name``."""
    return pytest.mark.parametrize("case", [pytest.param(case, id=case[name].replace(" ", "_")) for case in cases])


def by_name(cases: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return cases by their names."""
    return {case["name"]: case for case in cases}
