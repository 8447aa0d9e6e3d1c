"""The scripts that pages of others load: the library under the names of the original's versions, and the bridge."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

VERSIONS = ("1.6.0", "1.4.0", "1.3.2", "1.3.0", "1.2.0", "1.1.0", "1.0.0")
FOLDER = "/open/js/"
BRIDGE = "kaquan-bridge.js"
SHEET = "kaquan-sheet.js"
LIBRARIES = frozenset(f"jweixin-{version}.js" for version in VERSIONS)
SERVER = '"{{server}}"'
# A library that is there already is left alone; where modules are loaded it is handed on.
LIBRARY = """(function () {{
"use strict";
if (typeof window === "undefined") return;
if (window.jWeixin) {{
  if (typeof module === "object" && module.exports) module.exports = window.jWeixin;
  return;
}}
{bridge}
{library}}})();
"""
ALONE = '(function () {{\n"use strict";\n{bridge}}})();\n'


def script(name: str, base_url: str) -> bytes | None:
    """Return a script by its name below ``/open/js/``; None when there is none.

    Args:
        name: such as ``jweixin-1.6.0.js``.
        base_url: address of this server, for scripts that are not loaded from it.
    """
    if name in LIBRARIES:
        return _filled(LIBRARY, base_url)
    if name == SHEET:
        return _source("sheet.js").encode()
    return _filled(ALONE, base_url) if name == BRIDGE else None


@cache
def _filled(form: str, base_url: str) -> bytes:
    bridge = _source("bridge.js").replace(SERVER, f'"{base_url}"')
    return form.format(bridge=bridge, library=_source("jweixin.js")).encode()


@cache
def _source(name: str) -> str:
    return files("kaquan.jssdk").joinpath(name).read_text("utf-8")


def tag(body: bytes) -> str:
    """Return the ETag of a script."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
