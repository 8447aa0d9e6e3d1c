"""Runs wechatpy's calls one by one, as its programs do: a line of JSON asks, a line of JSON answers.

A script of its own, so that two versions of the SDK can be asked: which one is a matter of ``PYTHONPATH``. The first
line it reads has the lines of docs/start.md and the paths of the card interface; it answers with the SDK's version and
the calls it found by looking at the SDK's own text.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wechatpy.client.api.base import BaseWeChatAPI  # type: ignore[import-untyped]

# Whatever these have is about cards.
WHOLE = ("card", "invoice", "jsapi", "poi")


def areas(client: Any) -> Iterator[tuple[str, Any]]:
    """Yield the SDK's areas, such as ``card``."""
    yield from ((name, value) for name, value in vars(client).items() if isinstance(value, BaseWeChatAPI))


def methods(area: Any) -> dict[str, Any]:
    """Return the functions an area has of its own."""
    found = inspect.getmembers(type(area), lambda one: inspect.isfunction(one) or inspect.ismethod(one))
    return {name: function for name, function in found if not hasattr(BaseWeChatAPI, name)}


def said(function: Any, base: str) -> tuple[set[str], set[str]]:
    """Return the paths that the text of a function may stand for, and the names of its own object that it uses."""
    nodes = list(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    paths = {urlsplit(text if text.startswith("http") else base + text).path for text in texts}
    owned = (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return paths, {node.attr for node in owned if node.value.id in {"self", "cls"}}  # type: ignore[attr-defined]


def reached(name: str, known: dict[str, tuple[set[str], set[str]]], seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the paths a function leads to, by itself or through others of its object."""
    paths, names = known[name]
    further = names & known.keys() - seen - {name}
    return paths.union(*(reached(one, known, seen | {name}) for one in further))


def calls(client: Any, paths: set[str]) -> dict[str, list[str]]:
    """Return the calls that have to do with cards, and the paths each leads to."""
    found = {}
    for area, value in areas(client):
        base = getattr(value, "API_BASE_URL", None) or client.API_BASE_URL
        known = {name: said(function, base) for name, function in methods(value).items()}
        for name in known:
            leads = sorted(reached(name, known) & paths)
            if not name.startswith("_") and (leads or area in WHOLE):
                found[f"{area}.{name}"] = leads
    return found


def anything(function: Callable[..., Any]) -> list[Any]:
    """Return something for each argument that has to be there."""
    needed = inspect.signature(function).parameters.values()
    return ["1" for one in needed if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD]


def revived(value: Any) -> Any:
    """Return an argument; ``{"$file": path}`` stands for an open file."""
    return Path(value["$file"]).open("rb") if isinstance(value, dict) and "$file" in value else value


def plain(value: Any) -> Any:
    """Return what a call gave, as JSON can say it."""
    if hasattr(value, "to_json"):
        return value.to_json()
    return list(value) if inspect.isgenerator(value) else value


def carry_out(client: Any, call: str, args: list[Any] | None, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return what a call gave, or how it failed."""
    area, name = call.split(".")
    function = getattr(getattr(client, area), name)
    given = anything(function) if args is None else [revived(one) for one in args]
    try:
        value = function(*given, **kwargs)
        return {"value": plain(value)}
    except Exception as error:  # noqa: BLE001 whatever the SDK raises is what came of the call
        kind = [one.__name__ for one in type(error).__mro__]
        return {"error": {"kinds": kind, "code": getattr(error, "errcode", None), "message": str(error)[:500]}}
    finally:
        for one in given:
            getattr(one, "close", int)()


def main() -> None:
    """Answer until nobody asks any more."""
    begin = json.loads(sys.stdin.readline())
    names: dict[str, Any] = {}
    exec(compile(begin["snippet"], "docs/start.md", "exec"), names)
    client = names["client"]
    client.fetch_access_token()
    answer: Any = {"version": version("wechatpy"), "calls": calls(client, set(begin["paths"]))}
    while True:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            return
        answer = carry_out(client, **json.loads(line))


if __name__ == "__main__":
    main()
