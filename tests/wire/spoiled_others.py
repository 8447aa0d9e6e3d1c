"""The faults of the calls on messages, stores and accounts, in the order in which they win (wire.scene)."""

from __future__ import annotations

import copy
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from store_bodies import store as store_body

from kaquan.store import tables
from wire.scene import STRANGER, Act, Scene, Table, fault, grown, on_card, put
from wire.spoiled_cards import DELETED, MALFORMED, none_left

SEND, PREVIEW = "/cgi-bin/message/custom/send", "/cgi-bin/message/mass/preview"
LIST, ALL = "/cgi-bin/message/mass/send", "/cgi-bin/message/mass/sendall"
INFO = "business.base_info"
PHOTO = {"photo_url": "http://shop.example/1"}


def says(**more: Any) -> Act:
    """Return what makes a message with the card."""

    def make(scene: Scene) -> None:
        scene.body = {"msgtype": "wxcard", "wxcard": {"card_id": scene.card_id}, **more}

    return make


def to_ann(scene: Scene) -> None:
    """Send a person the card."""
    says(touser=scene.ann)(scene)


def to_two(scene: Scene) -> None:
    """Send two people the card."""
    says(touser=[scene.ann, scene.api.person("bob")])(scene)


def store(scene: Scene) -> int:
    """Return a store, made when it is first asked for."""
    if "store" not in scene.names:
        scene.names["store"] = scene.api.ok("/cgi-bin/poi/addpoi", store_body())["poi_id"]
    return int(scene.names["store"])


def new_store(scene: Scene) -> None:
    """Make a store."""
    scene.body = copy.deepcopy(store_body())


def changed_store(scene: Scene) -> None:
    """Change a store."""
    scene.body = {"business": {"base_info": {"poi_id": store(scene), "telephone": "020"}}}


def of_store(scene: Scene) -> None:
    """Name a store."""
    scene.body = {"poi_id": store(scene)}


def change_waits(scene: Scene) -> None:
    """Have a change of the store wait for its review."""
    scene.api.ok("/sandbox/approve_store", {"poi_id": store(scene)})
    change = {"business": {"base_info": {"poi_id": store(scene), "telephone": "0755"}}}
    scene.api.ok("/cgi-bin/poi/updatepoi", change)


def nobody_known(scene: Scene) -> None:
    """Send to people whom nobody knows; what is no openid stays none."""
    people = enumerate(scene.body["touser"])
    scene.body["touser"] = [one if one == "x" else f"{STRANGER[:-1]}{number}" for number, one in people]


def sent_before(scene: Scene) -> None:
    """Send a text under the same client id."""
    people = {"touser": scene.api.people(2)} if "touser" in scene.body else {"filter": {"is_to_all": True}}
    path = LIST if "touser" in scene.body else ALL
    message = {**people, "msgtype": "text", "text": {"content": "x"}, "clientmsgid": "same"}
    assert scene.api.post(path, message)["errcode"] == 0


def signed_in(scene: Scene, name: str) -> None:
    """Say who asks, the secret under a name."""
    scene.body = {"grant_type": "client_credential", "appid": scene.api.appid, name: scene.api.secret}


def cleared(scene: Scene) -> None:
    """Clear the quotas as often as a month allows."""
    for _ in range(10):
        scene.api.ok("/cgi-bin/clear_quota", {"appid": scene.api.appid})


def people_wanted(scene: Scene) -> None:
    """Ask for a person."""
    scene.body = {"user_list": [{"openid": scene.ann}]}


EXT = put("40080 not_string", "wxcard.card_ext", 5)
STATES = (
    DELETED,
    on_card("40158 custom_code", use_custom_code=True),
    on_card("45030 bound_card", bind_openid=True),
    fault("40078 sent_before_approval", columns={"review": "manual"}, of="card"),
    fault("45031 stock_empty", act=none_left, of="card"),
)
UNKNOWN_PERSON = put("43004 unknown_person", "touser", STRANGER, of="person")
NO_OPENID = put("40003 malformed", "touser", "x", hides="person")
MASS = (
    EXT,
    put("45067 too_long", "clientmsgid", "x" * 65),
    put("45066 repeated", "clientmsgid", "same", act=sent_before),
    *STATES,
)
TO_LIST = (
    fault("40130 mass", spoil=lambda scene: scene.body["touser"].pop()),
    put("40003 malformed", "touser.0", "x"),
    *MASS,
    fault("43004 unknown_person", spoil=nobody_known),
)
PREVIEWED = (
    put("41009 missing", "touser", ..., hides="person"),
    NO_OPENID,
    EXT,
    put("40132 unknown", "towxname", "nobody", takes="touser", hides="person"),
    UNKNOWN_PERSON,
    *STATES,
)
PHOTOS = put("65114 empty", f"{INFO}.photo_list", [])
MANUAL = {"review": "manual"}
CHANGES = (
    PHOTOS,
    put("65115 unknown", f"{INFO}.poi_id", 5, hides="store"),
    fault("65106 not_approved", columns=MANUAL, of="store", takes="review"),
    fault("65107 change_in_review", columns=MANUAL, act=change_waits, of="store", takes="review"),
)
DELETIONS = (
    put("65115 missing", "poi_id", ..., hides="store"),
    put("65115 unknown", "poi_id", 5, hides="store"),
    fault("65117 in_review", columns=MANUAL, of="store"),
)
REVIEWS = (put("65115 unknown", "poi_id", 5, hides="store"), fault("65118 not_in_review", of="store"))


def grant(scene: Scene, kind: str = "snsapi_userinfo") -> Any:
    """Have a person come back from the consent page and exchange the code, and return the answer."""
    return scene.api.raw("GET", "/sns/oauth2/access_token?" + urlencode(code_query(scene, kind)))


def code_query(scene: Scene, kind: str = "snsapi_base") -> dict[str, str]:
    """Return what exchanges a new code."""
    code = scene.api.ok("/sandbox/oauth_code", {"openid": scene.ann, "scope": kind})["code"]
    by_code = {"grant_type": "authorization_code", "code": code}
    return {**by_code, "appid": scene.api.appid, "secret": scene.api.secret}


def with_code(scene: Scene) -> None:
    """Exchange a code."""
    scene.body = code_query(scene)


def used_code(scene: Scene) -> None:
    """Exchange the code beforehand."""
    scene.api.raw("GET", "/sns/oauth2/access_token?" + urlencode(scene.body))


def with_refresh(scene: Scene) -> None:
    """Renew a person's token."""
    token = grant(scene)["refresh_token"]
    scene.body = {"grant_type": "refresh_token", "appid": scene.api.appid, "refresh_token": token}


def with_token(scene: Scene) -> None:
    """Ask with a person's token."""
    scene.body = {"access_token": grant(scene)["access_token"], "openid": scene.ann}


def with_base_token(scene: Scene) -> None:
    """Ask with a token that tells the openid alone."""
    scene.body["access_token"] = grant(scene, "snsapi_base")["access_token"]


def later(seconds: int) -> Act:
    """Return what lets so much time pass."""
    return lambda scene: scene.api.ok("/sandbox/clock", {"advance": seconds})


GRANT = put("40002 grant_type", "grant_type", "x")
APPID = put("40013 unknown", "appid", "wx0", hides="account")
SECRET = put("40125 wrong", "secret", "x", of="account")
LISTED = fault("40164 not_listed", columns={"ip_list": "203.0.113.7"}, of="account")
TOKEN = (GRANT, put("41002 missing", "appid", ""), put("41004 missing", "secret", ""), APPID, SECRET, LISTED)
STABLE_TOKEN = (GRANT, APPID, SECRET, LISTED)
CLEARED = fault("48006 used_up", act=cleared, of="account")
CLEARS = (
    put("41002 missing", "appid", ""),
    put("41004 missing_appsecret", "appsecret", ""),
    APPID,
    put("40125 wrong", "appsecret", "x", of="account"),
    CLEARED,
)
WANTED = (
    grown("40032 batch_size", "user_list", [{"openid": STRANGER}] * 100),
    put("40003 malformed", "user_list.0.openid", "x"),
    grown("40003 stranger", "user_list", [{"openid": STRANGER}]),
)
FAULTS = (
    put("40097 fault_path", "path", "/nowhere"),
    put("40097 fault_errcode", "errcode", 45010),
    put("40097 fault_kind", "drop", True),
)


def push_again(scene: Scene) -> None:
    """Push an event again, of an account with a callback where nobody listens."""
    boxes = {"token_box": "", "aes_key_box": "", "mode": "plain", "format": "xml"}
    row = {"appid": scene.api.appid, "url": "http://127.0.0.1:9/", **boxes}
    scene.server.database.transact(lambda tx: tx.add(tables.callback, [row]))
    scene.body["ids"] = [scene.api.ok("/sandbox/trigger", {"event": "giftcard_pay_done"})["id"]]


def no_callback(scene: Scene) -> None:
    """Take the callback away."""
    mine = tables.callback.c.appid == scene.api.appid
    scene.server.database.transact(lambda tx: tx.run(sa.delete(tables.callback).where(mine)))


def unknown_event(scene: Scene) -> None:
    """Name a range in place of ids, and a type that there is not."""
    scene.body = {"since": "0", "event": "user_got_card"}


RESEND = (
    put("40097 resend_what", "until", "9", takes="ids"),
    fault("40097 event_unknown", spoil=unknown_event, takes="ids"),
    grown("40097 too_many_events", "ids", list(range(1, 1001))),
    fault("40201 nowhere_to_send", act=no_callback),
    grown("40097 event_id", "ids", ["1"]),
)
TRIGGER = (
    put("40097 event_unknown", "event", "user_got_card"),
    put("40097 event_field", "fields.CardID", "p1"),
    put("40097 event_value", "fields.CardId", 1),
    put("40003 malformed", "openid", "x"),
)
CALLBACK = (
    put("40097 callback_token", "token", "x"),
    put("40097 callback_aes_key", "aes_key", "x"),
    fault("40066 callback_no_answer"),
)
CLAIM = (
    MALFORMED,
    put("40080 not_string", "card_ext", 5),
    put("40073 ticket_unknown", "ticket", "gQH"),
    DELETED,
)

BY_CODE = (
    GRANT,
    put("41002 missing", "appid", ""),
    put("41004 missing", "secret", ""),
    put("41008 missing", "code", ""),
    APPID,
    SECRET,
    put("40029 unknown", "code", "x", hides="code"),
    fault("40029 expired", act=later(300), of="account code", takes="code.end"),
    fault("40163 used", act=used_code, of="account code", takes="code.end"),
)
BY_REFRESH = (
    GRANT,
    put("41002 missing", "appid", ""),
    put("41003 missing", "refresh_token", ""),
    APPID,
    put("40030 unknown", "refresh_token", "x", of="account", hides="grant"),
    fault("42002 expired", act=later(30 * 86_400), of="account grant"),
)
NO_TOKEN = (
    put("41001 missing", "access_token", "", hides="token"),
    put("40001 no_user_token", "access_token", "x", hides="token"),
    fault("42001 user_token", act=later(7200), of="token", last=True),
)
WRONG_PERSON = (
    put("41009 missing", "openid", "", of="token"),
    put("40003 malformed", "openid", "x", of="token"),
    put("40003 not_of_token", "openid", STRANGER, of="token"),
)
BASE_TOKEN = fault("48001 base_scope", act=with_base_token, takes="access_token", of="token")

TABLES = (
    Table("/sns/oauth2/access_token", with_code, BY_CODE, secret="GET"),
    Table("/sns/oauth2/refresh_token", with_refresh, BY_REFRESH, secret="GET"),
    Table("/sns/userinfo", with_token, (*NO_TOKEN, BASE_TOKEN, *WRONG_PERSON), secret="GET"),
    Table("/sns/auth", with_token, (*NO_TOKEN, *WRONG_PERSON), secret="GET"),
    Table(
        "/sandbox/oauth_code",
        lambda scene: scene.body.update(openid=scene.ann),
        (put("40003 malformed", "openid", "x"), put("40003 stranger", "openid", STRANGER)),
    ),
    Table(SEND, to_ann, (NO_OPENID, EXT, UNKNOWN_PERSON, *STATES)),
    Table(PREVIEW, to_ann, PREVIEWED),
    Table(LIST, to_two, TO_LIST),
    Table(ALL, says(filter={"is_to_all": True}), (put("45159 no_target", "filter", {}), *MASS)),
    Table("/cgi-bin/poi/addpoi", new_store, (put("65104 not_one", f"{INFO}.categories", ["美食"] * 2), PHOTOS)),
    Table("/cgi-bin/poi/updatepoi", changed_store, CHANGES),
    Table("/cgi-bin/poi/delpoi", of_store, DELETIONS),
    Table("/cgi-bin/user/info/batchget", people_wanted, WANTED),
    Table("/cgi-bin/token", lambda scene: signed_in(scene, "secret"), TOKEN, secret="GET"),
    Table("/cgi-bin/stable_token", lambda scene: signed_in(scene, "secret"), STABLE_TOKEN, secret="body"),
    Table("/cgi-bin/clear_quota/v2", lambda scene: signed_in(scene, "appsecret"), CLEARS, secret="POST"),
    Table(
        "/cgi-bin/clear_quota",
        lambda scene: scene.body.update(appid=scene.api.appid),
        (put("40013 not_of_token", "appid", "x"), CLEARED),
    ),
    Table("/ext/claim", lambda scene: scene.body.update(card_id=scene.card_id, openid=scene.ann), CLAIM),
    Table(
        "/ext/messages",
        lambda scene: scene.body.update(openid=scene.ann),
        (MALFORMED, put("40097 negative", "count", -1)),
    ),
    Table(
        "/ext/user",
        lambda scene: scene.body.update(external_ids=["u1"]),
        (
            grown("45019 external_ids", "external_ids", ["u"] * 1000),
            grown("41009 empty_external_id", "external_ids", [""]),
        ),
    ),
    Table("/sandbox/approve_store", of_store, REVIEWS),
    Table("/sandbox/refuse_store", of_store, REVIEWS),
    Table("/sandbox/fault", lambda scene: scene.body.update(path="/card/get", hang=1), FAULTS),
    Table("/sandbox/resend", push_again, RESEND),
    Table("/sandbox/trigger", lambda scene: scene.body.update(event="user_del_card", fields={}), TRIGGER),
    Table(
        "/sandbox/callback",
        lambda scene: scene.body.update(url="http://127.0.0.1:9/", token="Tok3n"),
        CALLBACK,
    ),
)
