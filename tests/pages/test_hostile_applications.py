"""The pages of applications are sent what none of their buttons sends: locked forms, hostile papers, late decisions."""

from __future__ import annotations

import re
from functools import partial

import sqlalchemy as sa

from kaquan.actions.manage_app import change_app
from kaquan.store import tables
from pages.test_applications import app_of, merchant, soon
from support.api import Api
from support.applicant import APPLICANT, scan
from support.server import Server
from support.worker import Worker, worker

DIGEST = re.compile(r'name="paper-credential_scan" value="([0-9a-f]{32})"')


def test_a_form_posted_by_hand_to_a_locked_page_is_refused_as_a_call_is(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api)
    desk = f"/console/{api.appid}/applications"
    posted = [
        ("balance", {"step": "submit", "filing_number": "1", "filing_authority": "x"}),
        ("bonus", {"step": "submit", "purpose": "x"}),
        ("custom-sn", {"agreed": "1"}),
        ("js-domain", {"domain": "shop.example.com"}),
    ]
    for state, cause in (("none", "还没有申请"), ("pending", "正在审核"), ("refused", "没有通过")):
        sqlite_server.database.transact(partial(change_app, appid=api.appid, card_function=state))
        assert [("48001" in refused(owner, desk, *one), cause in owner.page) for one in posted] == [(True, True)] * 4
    app = app_of(sqlite_server, api)
    assert (app.permissions, app.applications, app.card_js_domain) == (frozenset(), {}, "")


def refused(owner: Worker, desk: str, page: str, fields: dict[str, str]) -> str:
    """Return what a page says to a form that it does not take."""
    assert owner.post(f"{desk}/{page}", **fields) == 200
    return owner.page


def test_who_may_not_have_stored_value_cannot_post_for_it_either(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner, operator = worker(sqlite_server, api), worker(sqlite_server, api, "operator")
    # A tutor's school.
    granted(owner, operator, api, category="601", school_running_license_id="1")
    assert owner.get(f"/console/{api.appid}/applications") == 200
    assert "你的经营类目不能申请储值。" in owner.page
    fields = {"step": "submit", "filing_number": "1", "filing_authority": "x", "paper-filing_scan": "0" * 32}
    assert owner.post(f"/console/{api.appid}/applications/balance", **fields) == 200
    assert app_of(sqlite_server, api).applications == {"card": "granted"}


def granted(owner: Worker, operator: Worker, api: Api, **values: str) -> None:
    """Have an account apply for the card function and get it."""
    page = f"/console/{api.appid}/applications/card"
    files = [
        (f"file-{slot}", "x.png", scan())
        for slot in ("credential_scan", "food_service_license_bizmedia_id", "school_running_license_bizmedia_id")
    ]
    assert owner.upload(page, files, step="submit", **{**APPLICANT, **values}) == 303, owner.page
    assert operator.get(f"/operator/applications/{api.appid}/card") == 200
    found = re.search(r'name="seen" value="(\d+)"', operator.page)
    assert found
    assert operator.post(f"/operator/applications/{api.appid}/card", do="approve", seen=found[1]) == 303


def test_the_form_shows_a_category_s_papers_without_script_too(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api)
    page = f"/console/{api.appid}/applications/card"
    assert owner.upload(page, [], step="fill", **{**APPLICANT, "category": "401"}) == 200
    shown = re.search(r'<div data-categories="401"( hidden)?>', owner.page)
    hidden = re.search(r'<div data-categories="303 602"( hidden)?>', owner.page)
    assert shown
    assert hidden
    assert (shown[1], hidden[1]) == (None, " hidden")
    assert 'value="91110000MA0000000X"' in owner.page


def test_hostile_uploads_are_not_taken_or_made_harmless(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api)
    page = f"/console/{api.appid}/applications/card"
    evil = b"<script>alert(1)</script>"
    hostile = {
        "page.jpg": b"<!doctype html>" + evil,
        "drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg'>" + evil + b"</svg>",
        "large.pdf": b"%PDF-" + b"x" * (4 << 20),
    }
    said = {"page.jpg": "不是 JPG", "drawing.png": "不是 JPG", "large.pdf": "超过 4 MB"}
    for name, content in hostile.items():
        assert owner.upload(page, [("file-credential_scan", name, content)], step="fill", **APPLICANT) == 200
        assert f"“{name}”{said[name]}" in owner.page
        assert DIGEST.findall(owner.page) == []
    many = [("file-credential_scan", f"{size}.png", scan(size=size)) for size in range(1, 13)]
    assert owner.upload(page, many, step="fill", **APPLICANT) == 200
    assert len(DIGEST.findall(owner.page)) == 10
    assert "材料最多 10 份" in owner.page
    # A picture with a script behind it, and a PDF that is a page as well.
    mixed = [
        ("file-credential_scan", "a.html", scan("JPEG") + evil),
        ("file-credential_scan", "b\r\nx: y.html", b"%PDF-1.7" + evil),
    ]
    assert owner.upload(page, mixed, step="fill", **APPLICANT) == 200
    picture_digest, pdf = DIGEST.findall(owner.page)
    kept = [downloaded(owner, api, one) for one in (picture_digest, pdf)]
    assert [evil in body for body, _ in kept] == [False, True]
    assert [name for _, name in kept] == ["attachment; filename*=UTF-8''a.jpg", "attachment; filename*=UTF-8''b.pdf"]


def downloaded(owner: Worker, api: Api, digest: str) -> tuple[bytes, str]:
    """Return a paper and what it is called; it is never shown in place."""
    assert owner.get(f"/console/{api.appid}/applications/papers/{digest}") == 200
    headers = owner.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    return owner.raw, headers["content-disposition"]


def test_papers_are_for_owners_and_operators_alone(sqlite_server: Server) -> None:
    api, other = merchant(sqlite_server), merchant(sqlite_server)
    owner, stranger = worker(sqlite_server, api), worker(sqlite_server, other)
    page = f"/console/{api.appid}/applications/card"
    owner.upload(page, [("file-credential_scan", "a.png", scan(size=77))], step="fill", **APPLICANT)
    (digest,) = DIGEST.findall(owner.page)
    path = f"/console/{api.appid}/applications/papers/{digest}"
    found = {role: worker(sqlite_server, api, role).get(path) for role in ("owner", "staff", "developer", "cashier")}
    assert found == {"owner": 200, "staff": 403, "developer": 403, "cashier": 403}
    assert stranger.get(path) == 404
    assert stranger.get(f"/console/{other.appid}/applications/papers/{digest}") == 404
    # Nor can another account hand in a paper that is not its own.
    fields = {**APPLICANT, "paper-credential_scan": digest, "step": "submit"}
    assert stranger.post(f"/console/{other.appid}/applications/card", **fields) == 200
    assert app_of(sqlite_server, other).card_function == "none"
    operator = worker(sqlite_server, api, "operator")
    assert operator.get(f"/operator/applications/{api.appid}/papers/{digest}") == 200
    assert operator.get(f"/operator/applications/{other.appid}/papers/{digest}") == 404


def test_large_forms_are_read_from_people_who_are_known(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    nobody = Worker(sqlite_server, "", "")
    nobody.forget()
    page = f"/console/{api.appid}/applications/card"
    answered = nobody.upload(page, [("file-credential_scan", "a.pdf", b"%PDF-" + b"x" * 70_000)])
    assert answered == 200
    assert "<strong>47001</strong>" in nobody.page
    assert server_saw(sqlite_server, "body_too_large")


def server_saw(server: Server, cause: str) -> bool:
    """Tell whether a call was refused for this cause."""
    table = tables.failed_call.c
    return soon(
        lambda: server.database.transact(lambda tx: bool(tx.one(sa.select(table.rid).where(table.cause == cause))))
    )


def test_the_second_of_two_operators_is_told_that_nothing_was_left_to_decide(sqlite_server: Server) -> None:
    api = merchant(sqlite_server)
    owner = worker(sqlite_server, api)
    owner.upload(
        f"/console/{api.appid}/applications/card",
        [("file-credential_scan", "a.png", scan())],
        step="submit",
        **APPLICANT,
    )
    first, second = (worker(sqlite_server, api, "operator") for _ in range(2))
    page = f"/operator/applications/{api.appid}/card"
    for one in (first, second):
        one.get(page)
    seen = re.search(r'name="seen" value="(\d+)"', first.page)
    assert seen
    assert first.post(page, do="refuse", reason="看不清", seen=seen[1]) == 303
    assert first.headers["location"] == page
    assert second.post(page, do="approve", seen=seen[1]) == 303
    assert second.headers["location"] == f"{page}?late=1"
    second.get(f"{page}?late=1")
    assert "没有更改：申请的状态刚刚变了" in second.page
    assert app_of(sqlite_server, api).card_function == "refused"
    # The merchant's audit log has one line of it, with the reason.
    owner.get(f"/console/{api.appid}/audit?action=application.")
    assert (owner.page.count("驳回功能申请</td>"), "看不清" in owner.page) == (1, True)
