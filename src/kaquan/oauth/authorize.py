"""The consent page of web OAuth: recognises the visitor and leads back with a code (auth_and_signatures.md 5.1)."""

from __future__ import annotations

import time

from starlette.responses import Response

from kaquan.actions.grant_code import grant_code
from kaquan.api.failed import keep_failure
from kaquan.errors import Errcode, Refusal
from kaquan.rules.authorize import PATH, Asked, appid_asked, check_account, led_back, read_asked
from kaquan.rules.oauth import BASE, CODE_LENGTH
from kaquan.sources import LETTERS_AND_DIGITS, random_text
from kaquan.web.page import page
from kaquan.web.texts import zh
from kaquan.web.visit import SignInNeeded, Visit

ALLOW = "allow"
FOUND = 302
# Marks who was sent to sign in and comes from there.
SIGNED_IN = "signed_in"
# What a visitor is told; the developer asks for the cause with the reference.
TEXTS = {
    Errcode.AUTHORIZE_HOST: zh("redirect_uri 的域名与后台设置的不一致"),
    Errcode.AUTHORIZE_SUSPENDED: zh("这个账号已被停用"),
    Errcode.AUTHORIZE_SCOPE_REFUSED: zh("这个账号没有此项 scope 权限"),
    Errcode.AUTHORIZE_SCOPE: zh("scope 不能为空"),
    Errcode.AUTHORIZE_REDIRECT_URI: zh("redirect_uri 不能为空"),
    Errcode.AUTHORIZE_APPID: zh("appid 不能为空"),
    Errcode.AUTHORIZE_STATE: zh("state 为空或不合要求"),
    Errcode.AUTHORIZE_NO_ACCOUNT: zh("appid 不是公众号的"),
}


@page(PATH, "GET", "POST")
async def authorize(visit: Visit) -> Response:
    """Lead back at once for the openid alone, after the visitor's consent for the profile as well."""
    started = time.perf_counter()
    try:
        asked = await read(visit)
    except Refusal as refused:
        return refuse(visit, refused, started)
    try:
        openid = await visit.openid()
    except SignInNeeded as needed:
        return visit.go(visit.sign_in_path(needed.appid, f"{visit.here}&{SIGNED_IN}=1"))
    if asked.scope == BASE:
        return await lead_back(visit, asked, openid)
    if visit.request.method == "POST":
        return await lead_back(visit, asked, openid if visit.form.get("answer") == ALLOW else "")
    return visit.show("oauth/authorize.html", asked=asked, person=visit.require_person())


async def read(visit: Visit) -> Asked:
    """Enter the account that asks, and return what it asks for.

    Raises:
        Refusal: 10003 to 10016.
    """
    appid = appid_asked(visit.query)
    app = await visit.platform.apps.get(appid)
    check_account(appid, app is not None, app is not None and app.suspended)
    assert app is not None
    visit.call.app = app
    return read_asked(visit.query, app.oauth_domain)


async def lead_back(visit: Visit, asked: Asked, openid: str) -> Response:
    """Lead back with a code for a person, or without one when nobody allowed it."""
    code = random_text(CODE_LENGTH, LETTERS_AND_DIGITS) if openid else ""
    if openid:
        record, now = visit.platform.record(), visit.now
        await visit.write(lambda tx: grant_code(tx, visit.app, openid, asked.scope, code, now, record))
    url = led_back(asked, code)
    if visit.request.method == "POST" or SIGNED_IN in visit.query:
        # Behind a form browsers follow redirects to no host that the form's page does not allow, nor on from there.
        return visit.show("oauth/moving.html", url=url)
    return visit.go_out(url, FOUND)


def refuse(visit: Visit, refused: Refusal, started: float) -> Response:
    """Show what is wrong with its number; nobody is led anywhere."""
    rid, _ = keep_failure(visit.call, refused, started)
    text = visit.text(TEXTS[refused.errcode])
    return visit.show("oauth/refused.html", number=int(refused.errcode), text=text, rid=rid)
