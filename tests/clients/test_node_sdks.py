"""The Node SDKs as published drive a coupon's life; only their host is changed, as docs/start.md says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from card_bodies import card
from store_bodies import FULL

from clients.sdk import FOLDER, of_node
from support.api import Api

PATIENCE_SECONDS = 60
OK = {"errcode": 0, "errmsg": "ok"}
CLAIMED = ["errcode", "errmsg", "code", "begin_time", "end_time"]


def life(sdk: str, merchant: Api, story: str = "life", **facts: Any) -> Any:
    """Return what each step of the script gave."""
    command, _ = of_node(sdk, merchant, story)
    done = subprocess.run(
        [*command, json.dumps(facts)],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.fixture(params=["wechat-api", "co-wechat-api"])
def done(request: pytest.FixtureRequest, merchant: Api, logo: Path) -> Any:
    """What each step of a coupon's life gave."""
    body, custom = card("GROUPON", {"sku": {"quantity": 10}}), card("CASH", {"use_custom_code": True})
    return life(request.param, merchant, body=body, custom=custom, logo=str(logo))


def test_the_whole_life_of_a_coupon(merchant: Api, done: Any) -> None:
    ann, card_id, custom = done.pop("ann"), done["created"]["card_id"], done["custom"]["card_id"]
    claimed, kept, signed = (done.pop(name) for name in ("claimed", "kept", "signed"))
    assert [list(one) for one in (claimed, kept, signed)] == [CLAIMED] * 3
    colours, shown, qr = (done.pop(name) for name in ("colors", "shown", "qr"))
    assert (len(colours["colors"]), colours["colors"][0]) == (14, {"name": "Color010", "value": "#63b359"})
    assert shown["card"]["groupon"]["base_info"]["sku"] == {"quantity": 13, "total_quantity": 13}
    assert list(qr) == ["errcode", "errmsg", "ticket", "expire_seconds", "url", "show_qrcode_url"]
    assert done.pop("logo")["url"].startswith(f"{merchant.base_url}/image/{merchant.appid}/")
    assert sorted(done["listed"].pop("card_id_list")) == sorted([card_id, custom])
    refused = {name: done.pop(name) for name in ("again", "late")}
    assert {name: said(one) for name, one in refused.items()} == {
        "again": ("WeChatAPIError", 40099, "invalid code, this code has consumed."),
        "late": ("WeChatAPIError", 40078, "invalid card status"),
    }
    consumed = {**OK, "card": {"card_id": card_id}, "openid": ann}
    held = [{"code": one["code"], "card_id": card_id} for one in (claimed, kept)]
    assert done["held"].pop("card_list", []) in (held, held[::-1])
    assert done == {
        "created": {**OK, "card_id": card_id},
        "custom": {**OK, "card_id": custom},
        "listed": {**OK, "card_list": [], "total_num": 2},
        "whitelist": {**OK, "white_list_size": 1, "success_openid": [ann], "success_username": []},
        "stock": OK,
        "less": OK,
        "held": {**OK, "has_share_card": False},
        "found": {
            **OK,
            "card": {"card_id": card_id, **{name: claimed[name] for name in ("begin_time", "end_time", "code")}},
            "openid": ann,
            "can_consume": True,
            "user_card_status": "NORMAL",
        },
        "decrypted": {**OK, "code": claimed["code"]},
        "consumed": consumed,
        "voided": OK,
        "after": 14,
        "renewed": True,
        "deleted": OK,
        "last": consumed,
    }
    assert signed["code"] == "A-1"


def said(error: dict[str, Any]) -> tuple[str, int, str]:
    """Return name, errcode and text of the SDK's exception."""
    return error["name"], error["code"], error["message"].partition(" rid: ")[0]


@pytest.mark.parametrize("sdk", ["wechat-api", "co-wechat-api"])
def test_stores_and_the_people_of_the_account(merchant: Api, sdk: str) -> None:
    done = life(sdk, merchant, "stores", info=FULL)
    poi_id, ann = done.pop("added")["poi_id"], done.pop("ann")
    states = {"poi_id": str(poi_id), "available_state": 3, "update_status": 0}
    whole = {"base_info": {**FULL, **states, "telephone": "13867428497"}}
    assert done.pop("user")["openid"] == ann
    assert [one["openid"] for one in done.pop("users")["user_info_list"]] == [ann]
    assert done == {
        "changed": OK,
        "found": {**OK, "business": whole},
        "listed": {**OK, "business_list": [whole], "total_count": "1"},
        "deleted": OK,
        "gone": 65116,
        "followers": {"total": 1, "count": 1, "data": {"openid": [ann]}, "next_openid": ann},
    }
