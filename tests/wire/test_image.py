"""``GET /image/``: uploaded pictures; that one is served as it was kept is in test_uploadimg.py."""

from __future__ import annotations

import pytest

from support.api import Api
from wire.answers import exchange


@pytest.mark.parametrize("path", ["", "x", "wx0/0", "%00/%00", "%E6%B1%89/1", "../healthz", "x/" + "0" * 5000])
def test_a_picture_that_is_not_there_is_not_found(api: Api, path: str) -> None:
    status, headers, body = exchange(api, "GET", f"/image/{path}")
    assert (status, headers["content-type"], headers["x-content-type-options"], body) == (
        404,
        "text/plain",
        "nosniff",
        b"",
    )
