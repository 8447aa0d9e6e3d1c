"""wechatpy's WeChatOAuth as published; only its hosts are changed, as docs/oauth.md says."""

from __future__ import annotations

import pytest
from wechatpy.oauth import WeChatOAuthException  # type: ignore[import-untyped]

from clients.of_wechatpy import oauth_of
from support.api import Api


def test_a_code_is_exchanged_renewed_and_checked(api: Api) -> None:
    ann = api.person("ann")
    oauth = oauth_of(api, "snsapi_userinfo")
    assert oauth.authorize_url.startswith(f"{api.base_url}/connect/oauth2/authorize?appid={api.appid}&redirect_uri=")
    code = api.ok("/sandbox/oauth_code", {"openid": ann, "scope": oauth.scope})["code"]
    told = oauth.fetch_access_token(code)
    assert (oauth.open_id, told["scope"], oauth.expires_in) == (ann, "snsapi_userinfo", 7200)
    assert oauth.get_user_info()["openid"] == ann
    assert oauth.check_access_token() is True
    assert oauth.refresh_access_token(oauth.refresh_token)["access_token"] == told["access_token"]


def test_what_is_refused_is_raised_with_its_errcode(api: Api) -> None:
    oauth = oauth_of(api, "snsapi_base")
    code = api.ok("/sandbox/oauth_code", {"openid": api.person("ann")})["code"]
    oauth.fetch_access_token(code)
    found = []
    for call in (lambda: oauth.fetch_access_token(code), lambda: oauth.fetch_access_token("x"), oauth.get_user_info):
        with pytest.raises(WeChatOAuthException) as raised:
            call()
        found.append(raised.value.errcode)
    assert found == [40163, 40029, 48001]
