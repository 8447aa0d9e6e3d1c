"""A merchant's page with a library in it, and what it is told; no server takes part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from kaquan.jssdk.files import FOLDER, script

SHOP = "http://shop.test/"
SERVER = "http://kaquan.test"
STOCK = Path(__file__).parents[1] / "clients" / "node_modules" / "weixin-js-sdk" / "index.js"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0"
    " Mobile Safari/537.36 MicroMessenger/8.0.0"
)
# The packaged library hands itself to whoever requires it.
STOCK_PAGE = "const module = {exports: {}}; {\n%s\n} window.wx = module.exports;"
TELLING = """
window.told = [];
window.telling = (more) => Object.assign({}, more, ...["success", "fail", "cancel", "complete", "trigger"].map(
  (name) => ({[name]: (result) => { told.push([name, result]); }})));
"""
STUB = """
window.asked = [];
window.answers = %s;
window.WeixinJSBridge = {
  invoke(name, args, callback) {
    asked.push([name, JSON.parse(JSON.stringify(args))]);
    setTimeout(() => callback(JSON.parse(JSON.stringify(answers[name] || {err_msg: "system:function_not_exist"}))), 0);
  },
  on() {}, call() {},
};
"""
CONFIG = {
    "appId": "wxAPP",
    "timestamp": 1420774989,
    "nonceStr": "N1",
    "signature": "SIG",
    "jsApiList": ["addCard", "chooseCard", "openCard", "checkJsApi", "consumeAndShareCard"],
}


def library(kind: str) -> str:
    """Return the elements that load a library: ``stock`` or ``ours``."""
    if kind == "stock":
        return f"<script>{STOCK_PAGE % STOCK.read_text('utf-8')}</script>"
    return f"<script src='{SERVER}{FOLDER}jweixin-1.6.0.js'></script>"


def serve(context: BrowserContext, pages: dict[str, str], answers: dict[str, Any] | None = None) -> list[Any]:
    """Serve pages and answers of the server by their address without a query; return what the server is asked."""
    asked: list[Any] = []

    def answer(route: Route) -> None:
        url = route.request.url.partition("?")[0].partition("#")[0]
        path = url.removeprefix(SERVER)
        if path in (answers or {}):
            asked.append(json.loads(route.request.post_data or "null"))
            route.fulfill(json=(answers or {})[path], headers={"access-control-allow-origin": "*"})
        elif path.startswith(FOLDER):
            body = script(path.removeprefix(FOLDER), SERVER)
            assert body is not None
            route.fulfill(body=body, content_type="text/javascript")
        else:
            page = pages.get(f"{route.request.method} {url}", pages.get(url, ""))
            route.fulfill(body=page, content_type="text/html; charset=utf-8")

    context.route("**/*", answer)
    return asked


def page_of(*parts: str) -> str:
    """Return a page with these elements in it."""
    return "<!doctype html><html lang=zh><title>shop</title><main><h1>shop</h1>" + "".join(parts) + "</main>"


def stubbed(page: Page, kind: str, answers: dict[str, Any]) -> None:
    """Open a page with a library in front of a bridge that gives these answers."""
    html = page_of(f"<script>{TELLING}{STUB % json.dumps(answers)}</script>", library(kind))
    serve(page.context, {SHOP: html})
    page.goto(SHOP)


def call(page: Page, name: str, args: dict[str, Any]) -> list[Any]:
    """Make a call of ``wx`` and return which callbacks were given what."""
    page.evaluate("([name, args]) => { told.length = 0; wx[name](telling(args)); }", [name, args])
    page.wait_for_function("told.some(([name]) => name === 'complete')")
    return list(page.evaluate("told"))


def configured(page: Page, config: dict[str, Any] = CONFIG) -> list[Any]:
    """Configure the library and return what was run, in order."""
    page.evaluate(
        """(config) => {
            window.ran = [];
            wx.ready(() => ran.push("ready"));
            wx.error((result) => ran.push(`error ${result.errMsg}`));
            wx.config(config);
        }""",
        config,
    )
    page.wait_for_function("ran.includes('ready')")
    return list(page.evaluate("ran"))


def pressed(page: Page, name: str, args: dict[str, Any]) -> Page:
    """Press the button that makes a call, and return the window that opens."""
    page.evaluate("([name, args]) => { told.length = 0; window.go = () => wx[name](telling(args)); }", [name, args])
    with page.expect_popup() as opened:
        page.get_by_role("button", name="go").click()
    return opened.value


def told(page: Page) -> list[Any]:
    """Return what callbacks were given, once the call is over."""
    page.wait_for_function("told.some(([name]) => name === 'complete')")
    return list(page.evaluate("told"))
