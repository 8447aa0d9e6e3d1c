"""What both SDKs are given."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from support.api import Api
from support.server import Server


@pytest.fixture
def merchant(server: Server) -> Api:
    """A sandbox account whose cards wait for a decision."""
    return server.new_app(review="manual")


@pytest.fixture(scope="session")
def logo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture to upload."""
    path = tmp_path_factory.mktemp("pictures") / "logo.png"
    Image.new("RGB", (300, 300), "#63b359").save(path)
    return path
