"""People sign in through an OpenID Connect provider: a small real one, in a process of its own."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from playwright.sync_api import Page, expect

from kaquan.settings import Settings
from kaquan.web import oidc
from support.browser import Devices, Faults
from support.database import Databases
from support.server import Server

START_SECONDS = 20.0


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of the provider."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("oidc-provider-mock")),
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer, deadline = f"http://localhost:{port}", time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(issuer + "/.well-known/openid-configuration").close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield issuer
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def server(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose people may sign in there."""
    settings = {"ISSUER": provider, "CLIENT_ID": "kaquan", "CLIENT_SECRET": "a secret", "NAME": "Example ID"}
    variables: dict[str, Any] = {f"KAQUAN_OIDC_{name}": value for name, value in settings.items()}
    with Server(Databases(tmp_path_factory.mktemp("oidc")).create(), **variables) as running:
        yield running


@pytest.fixture
def abroad(faults: Faults) -> None:
    """The provider's own page wants a style from elsewhere, which no test can have; that is no fault of ours."""
    faults.expect(r"https://cdn\.|http://localhost:\d+/favicon")


def go_there(page: Page, server: Server) -> None:
    page.goto(server.base_url + "/wallet/sign-in?next=/wallet/me")
    page.get_by_role("link", name="通过 Example ID 登录").click()


def log_in(page: Page, server: Server, sub: str) -> None:
    go_there(page, server)
    page.locator("input[name=sub]").fill(sub)
    page.locator("input[name=sub]").press("Enter")


@pytest.mark.usefixtures("abroad")
def test_somebody_comes_back_from_the_provider_signed_in_and_is_the_same_next_time(
    devices: Devices, server: Server
) -> None:
    first, second, other = devices.phone(), devices.phone(), devices.phone()
    for page, sub in ((first, "alice@example.com"), (second, "alice@example.com"), (other, "bob@example.com")):
        log_in(page, server, sub)
        expect(page).to_have_title("我")
        expect(page.locator("#old")).to_have_count(0)
    first.locator("#nickname").fill("爱丽丝")
    first.get_by_role("button", name="保存").click()
    second.reload()
    expect(second.get_by_role("heading", level=1)).to_have_text("爱丽丝")
    other.reload()
    expect(other.get_by_role("heading", level=1)).not_to_have_text("爱丽丝")


@pytest.mark.usefixtures("abroad")
def test_an_answer_to_another_browser_signs_nobody_in(devices: Devices, server: Server) -> None:
    mine, victim = devices.phone(), devices.phone()
    go_there(mine, server)
    mine.locator("input[name=sub]").fill("mallory@example.com")
    with mine.expect_request(lambda one: "/wallet/oidc/callback" in one.url) as sent:
        mine.locator("input[name=sub]").press("Enter")
    victim.goto(sent.value.url)
    expect(victim.get_by_role("alert")).to_have_text("登录未完成，请重试")
    victim.goto(server.base_url + "/wallet/me")
    expect(victim).to_have_title("登录")


@pytest.mark.usefixtures("abroad")
def test_a_code_is_good_for_one_sign_in(phone: Page, server: Server) -> None:
    go_there(phone, server)
    phone.locator("input[name=sub]").fill("carol@example.com")
    with phone.expect_request(lambda one: "/wallet/oidc/callback" in one.url) as sent:
        phone.locator("input[name=sub]").press("Enter")
    expect(phone).to_have_title("我")
    phone.goto(sent.value.url)
    expect(phone.get_by_role("alert")).to_have_text("登录未完成，请重试")


@pytest.mark.usefixtures("abroad")
def test_the_provider_is_asked_with_pkce_a_state_and_a_nonce(phone: Page, server: Server, provider: str) -> None:
    go_there(phone, server)
    asked = parse_qs(urlsplit(phone.url).query)
    assert phone.url.startswith(provider)
    assert asked["code_challenge_method"] == ["S256"]
    assert {len(asked[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}
    assert asked["redirect_uri"] == [server.base_url + "/wallet/oidc/callback"]


def test_who_refuses_there_is_told_so_here(phone: Page, server: Server) -> None:
    phone.goto(server.base_url + "/wallet/oidc/callback?error=access_denied&state=x")
    expect(phone.get_by_role("alert")).to_have_text("登录未完成，请重试")


def test_without_a_provider_there_is_no_such_page(phone: Page, faults: Faults, sqlite_server: Server) -> None:
    faults.expect("404")
    phone.goto(sqlite_server.base_url + "/wallet/sign-in")
    expect(phone.get_by_text("OpenID")).to_have_count(0)
    phone.goto(sqlite_server.base_url + "/wallet/oidc")
    expect(phone).to_have_title("页面不存在")


@pytest.mark.parametrize("keys", [{"keys": 5}, {"keys": [7]}, {"keys": []}, {}])
def test_keys_that_are_none_are_the_providers_fault(monkeypatch: pytest.MonkeyPatch, keys: dict[str, Any]) -> None:
    token = jwt.encode({"sub": "alice"}, "x" * 32, algorithm="HS256", headers={"kid": "1"})

    async def answered(method: str, url: str, **more: object) -> dict[str, Any]:
        return {"id_token": token} if method == "POST" else keys

    monkeypatch.setattr(oidc, "_json", answered)
    provider, attempt = oidc.Provider("i", "a", "t", "j"), oidc.Attempt("s", "n", "v", "/wallet", 0)
    settings = Settings(oidc_issuer="i", oidc_client_id="c", oidc_client_secret="s")
    with pytest.raises(oidc.OidcFault):
        asyncio.run(oidc.claims(provider, settings, "r", attempt, "code"))
