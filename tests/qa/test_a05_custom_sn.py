"""A5: serial numbers of one's own hold at once; consumption is reported back, spot checks are answered or it ends."""

from __future__ import annotations

import re

from card_bodies import card

from kaquan.actions.manage_app import change_app
from qa.apply import Applicant, follows
from support.server import Server

OWN = card("GROUPON", {"use_custom_code": True})
TILE = re.compile(r"<dd>(\d+)</dd>")
ROW = re.compile(r'<span class="mono">([^<]+)</span>')


def cause(merchant: Applicant) -> str:
    """Return errcode and cause that a card with codes of the merchant's own is refused with, empty when it is not."""
    errcode = merchant.desk.api.post("/card/create", OWN)["errcode"]
    return f"{errcode} {merchant.desk.refused('/card/create', OWN)['cause']}" if errcode else ""


def test_it_is_on_at_once_and_off_when_a_check_fails(server: Server) -> None:
    merchant = Applicant(server).with_cards()
    assert follows(lambda: merchant.desk.api.post("/card/create", card())["errcode"] == 0)
    told = merchant.desk.refused("/card/create", OWN)
    assert (told["answer"], told["cause"]) == ("43009 can not use custom code, need authorize", "permission_missing")
    assert merchant.owner.post(merchant.page("custom-sn"), agreed="1") == 303
    assert follows(lambda: cause(merchant) == "")
    page = f"/operator/spot-checks/{merchant.appid}"
    assert merchant.operator.post(page, do="suspend", reason="没有回传") == 303
    assert follows(lambda: cause(merchant) == "43009 permission_suspended")
    told = merchant.desk.refused("/card/create", OWN)
    assert told["zh"].endswith("在抽查后被平台暂停。")
    # Who was suspended cannot turn it on again.
    merchant.owner.post(merchant.page("custom-sn"), agreed="1")
    assert cause(merchant) == "43009 permission_suspended"
    assert merchant.operator.post(page, do="restore", reason="已补报") == 303
    assert follows(lambda: cause(merchant) == "")


def test_what_was_issued_is_counted_drawn_and_answered_for(server: Server) -> None:
    merchant = Applicant(server).with_cards()
    server.database.transact(lambda tx: change_app(tx, merchant.appid, permissions="custom_code,issue"))
    api = merchant.desk.api
    assert follows(lambda: api.post("/ext/user", {"external_ids": ["ann"]})["errcode"] == 0)
    card_id = api.create_card(OWN)
    for number, openid in enumerate(api.people(4)):
        api.claim(card_id, openid, code=f"SN-{number}")
    api.ok("/card/code/consume", {"code": "SN-0", "card_id": card_id})
    assert merchant.owner.get(merchant.page("custom-sn")) == 200
    assert TILE.findall(merchant.owner.page) == ["4", "1", "0"]
    page = f"/operator/spot-checks/{merchant.appid}"
    assert merchant.operator.post(page, do="draw", size="3") == 303
    check = merchant.operator.headers["location"]
    merchant.operator.get(check)
    drawn = ROW.findall(merchant.operator.page)
    assert len(set(drawn)) == 3
    assert set(drawn) <= {"SN-0", "SN-1", "SN-2", "SN-3"}
    mine = merchant.page(f"custom-sn/{check.rpartition('/')[2]}")
    answers = {f"answer-{position}": "lost" for position in (1, 2, 3)}
    assert merchant.owner.post(mine, **answers) == 200
    assert "已全部回复，等待平台的结论。" in merchant.owner.page
    merchant.operator.get(check)
    assert merchant.operator.page.count("已核销，与回复不符") == drawn.count("SN-0")
    assert merchant.operator.post(check, verdict="passed", note="说得清楚") == 303
    merchant.owner.get(mine)
    assert "说得清楚" in merchant.owner.page
