"""Every transcript is answered as it is written, on each kind of database."""

from __future__ import annotations

import pytest

from support.server import Server
from wire.cases import Case, cases, files
from wire.kept import Kept
from wire.transcript import Player

CASES = [case for path in files() for case in cases(path)]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_transcript_holds(server: Server, kept: Kept, case: Case) -> None:
    Player(server, kept, case).play()
