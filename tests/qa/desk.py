"""Where a merchant asks why a call failed: the answer's reference, looked up in both ways, and the repair it names."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import Any

from cli.command import kaquan, of
from support.api import Api
from support.database import Database

RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
NAMED = ("path", "expected", "got", "did_you_mean", "repair")
ENGLISH = {
    "en": "cause: ",
    "path": "where: ",
    "expected": "expected: ",
    "got": "got: ",
    "did_you_mean": "did you mean: ",
    "repair": "smallest change: ",
    "fix_en": "fix: ",
}
CHINESE = {"zh": "原因：", "path": "位置：", "did_you_mean": "是否想写：", "fix_zh": "处理："}
PLACEHOLDER = re.compile(r"<.*>")


@dataclass(frozen=True)
class Desk:
    """One account, and the database that keeps its failed calls.

    Args:
        api: the account's client.
        database: the server's, for ``kaquan explain``.
    """

    api: Api
    database: Database

    def refused(self, path: str, body: Any, **query: str) -> dict[str, str]:
        """Make a call that is refused and return what its explanation says.

        Returns:
            ``answer`` (errcode and text on the wire), ``cause``, ``zh``, and those of path, expected, got,
            did_you_mean and repair that the explanation has.
        """
        answer = self.api.post(path, body, **query)
        found = RID.search(answer["errmsg"])
        assert found, answer
        told = self._asked(found[0])
        text, _, behind = answer["errmsg"].partition(f" rid: {found[0]}")
        assert (answer["errcode"], text) == (told["errcode"], told["text"])
        # Behind the reference stands the place, where the errcode is 41011; a sandbox account is told the cause.
        assert behind == (f" {told['path']}" if answer["errcode"] == 41011 else "") or told["en"] in behind
        known = {name: told[name] for name in NAMED if told[name]}
        return {"answer": f"{answer['errcode']} {text}", "cause": told["cause"], "zh": told["zh"], **known}

    def mended(self, path: str, body: Any) -> tuple[str, Any]:
        """Make a call that is refused, and return the state of its repaired body with that body."""
        found = RID.search(self.api.post(path, body)["errmsg"])
        assert found
        mended = self.api.ok("/cgi-bin/openapi/rid/get", {"rid": found[0]})["repaired"]
        return mended["state"], json.loads(mended["body"]) if mended["body"] else None

    def passes(self, path: str, body: Any, **query: str) -> Any:
        """Make a call that succeeds and return its answer without errcode and errmsg."""
        return self.api.ok(path, body, **query)

    def _asked(self, rid: str) -> dict[str, str]:
        """Return the diagnosis from the API, after comparing it with what the command prints."""
        answer = self.api.ok("/cgi-bin/openapi/rid/get", {"rid": rid})
        told: dict[str, str] = answer["diagnosis"]
        english = self._printed(rid, "en")
        end = english.index("", 3)
        assert english[end + 1] == f"repaired request: {answer['repaired']['en']}"
        assert english[3:end] == [
            f"{told['errcode']} {told['text']}",
            *(f"{label}{told[name]}" for name, label in ENGLISH.items() if told[name]),
        ]
        chinese = self._printed(rid, "zh")
        assert [line for line in chinese if line.startswith(tuple(CHINESE.values()))] == [
            f"{label}{told[name]}" for name, label in CHINESE.items() if told[name]
        ]
        return told

    def _printed(self, rid: str, lang: str) -> list[str]:
        done = kaquan("explain", rid, "--lang", lang, **of(self.database))
        assert (done.status, done.err) == (0, ""), done
        return done.lines


def steps(path: str) -> list[Any]:
    """Return the names and positions that lead to a place of a request."""
    return [int(step) if step.isdigit() else step for step in re.split(r"[.\[\]]+", path.rstrip("]"))]


def repaired(body: dict[str, Any], told: dict[str, str], value: Any = None) -> dict[str, Any]:
    """Return the request after the smallest change that an explanation names.

    Args:
        body: the request that was refused.
        told: as :meth:`Desk.refused` returned it.
        value: what to put where the explanation can only say what kind of value is missing.
    """
    mended = copy.deepcopy(body)
    place: Any = mended
    repair = told["repair"]
    *way, name = steps(told["path"])
    for step in way:
        place = place[step]
    if isinstance(name, int):
        place[name] = json.loads(repair)
    elif repair.startswith("without "):
        assert place.pop(name) == json.loads(f"{{{repair.removeprefix('without ')}}}")[name]
    elif " instead of " in repair:
        right, wrong = map(json.loads, repair.split(" instead of "))
        place[right] = place.pop(wrong)
    else:
        place.update(json.loads(f"{{{PLACEHOLDER.sub(lambda _: json.dumps(value), repair)}}}"))
    return mended
