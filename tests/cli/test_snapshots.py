"""``kaquan sandbox save``, ``load``, ``keep``, ``restore`` and ``snapshots``."""

from __future__ import annotations

import json
import re
from pathlib import Path

from card_bodies import card

from cli.command import as_app, kaquan, printed
from support.api import Api
from support.database import Databases
from support.server import Server


def test_an_app_is_saved_and_loaded_on_another_installation(databases: Databases, tmp_path: Path) -> None:
    file = tmp_path / "shop.snapshot"
    with databases.lent() as database, Server(database) as server:
        api = server.new_app()
        card_id, ann = api.create_card(card()), api.person("ann")
        code = api.claim(card_id, ann)
        (line,) = printed("sandbox", "save", file, **as_app(api))
    assert line == f"{file}  {file.stat().st_size} bytes"
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
    with databases.lent() as database, Server(database) as server:
        copy = server.new_app()
        (line,) = printed("sandbox", "load", file, **as_app(copy))
        assert re.fullmatch(r"1 cards, 1 codes; the app's time is [\d-]{10} [\d:]{8} UTC", line)
        found = copy.ok("/card/code/consume", {"code": code})
        assert found["openid"] == copy.person("ann")
        assert found["openid"][7:] == ann[7:]
        assert found["card"]["card_id"][7:] == card_id[7:]
        refused = kaquan("sandbox", "load", file, **as_app(copy))
        assert (refused.status, "has 1 cards and 1 codes" in refused.err) == (1, True)
        assert printed("sandbox", "load", file, "--force", **as_app(copy))[0].startswith("1 cards, 1 codes")


def test_snapshots_are_kept_and_gone_back_to_by_name(sandbox: Api) -> None:
    def run(*words: str) -> list[str]:
        return printed("sandbox", *words, **as_app(sandbox))

    assert re.fullmatch(r"seed  \d+ bytes", run("keep", "seed", "--note", "nothing yet")[0])
    sandbox.create_card(card())
    assert run("restore", "seed")[0].startswith("0 cards, 0 codes; ")
    assert sandbox.ok("/card/batchget", {"offset": 0, "count": 1})["total_num"] == 0
    assert run("keep", "seed", "--replace")
    assert [json.loads(line)["name"] for line in run("snapshots")] == ["seed"]
    assert run("snapshots", "--delete", "seed") == ["ok"]
    assert run("snapshots") == []
    unknown = kaquan("sandbox", "restore", "seed", **as_app(sandbox))
    assert (unknown.status, "No snapshot seed is kept" in unknown.err) == (1, True)


def test_what_is_no_snapshot_is_told(sandbox: Api, tmp_path: Path) -> None:
    absent = kaquan("sandbox", "load", tmp_path / "none", **as_app(sandbox))
    assert (absent.status, absent.err) == (1, f"{tmp_path / 'none'}: No such file or directory\n")
    (tmp_path / "picture").write_bytes(b"\x89PNG")
    strange = kaquan("sandbox", "load", tmp_path / "picture", **as_app(sandbox))
    assert (strange.status, "This is no snapshot of a kaquan app." in strange.err) == (1, True)
    nowhere = kaquan("sandbox", "save", tmp_path / "no folder" / "file", **as_app(sandbox))
    assert (nowhere.status, "No such file or directory" in nowhere.err) == (1, True)
