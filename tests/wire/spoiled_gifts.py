"""The faults of the calls on gifts, in the order in which they win (wire.scene)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.store import tables
from wire.scene import STRANGER, Fault, Scene, Table, called, fault, on_card, put
from wire.spoiled_cards import MALFORMED, NO_SUCH_CODE, PAST, held

STRANGE = put("40003 stranger", "openid", STRANGER, hides="person")


def given(scene: Scene) -> None:
    """Have Ann give a code away, as a tester where the card is not approved."""
    scene.api.ok("/card/testwhitelist/set", {"openid": [scene.ann]})
    held(scene)
    scene.names["code"] = scene.body["code"]
    scene.names["gift"] = scene.api.ok("/sandbox/gift", scene.body)["gift_id"]


def wanted(scene: Scene) -> None:
    """Come as Bob for what Ann gives."""
    given(scene)
    scene.body = {"openid": scene.api.person("bob"), "gift_id": scene.names["gift"]}


def unwanted(scene: Scene) -> None:
    """Come as Ann for what she gave."""
    given(scene)
    scene.body = {"openid": scene.ann, "gift_id": scene.names["gift"]}


def had_back(scene: Scene) -> None:
    """Have Ann take it back."""
    scene.api.ok("/sandbox/take_back", {"openid": scene.ann, "gift_id": scene.names["gift"]})


def for_cat(scene: Scene) -> None:
    """Have it given to Cat instead."""
    had_back(scene)
    body = {"openid": scene.ann, "card_id": scene.card_id, "code": scene.names["code"], "to": scene.api.person("cat")}
    scene.names["gift"] = scene.api.ok("/sandbox/gift", body)["gift_id"]
    scene.body["gift_id"] = scene.names["gift"]


def taken(scene: Scene) -> None:
    """Have Bob accept it."""
    scene.api.ok("/sandbox/accept", {"openid": scene.api.person("bob"), "gift_id": scene.names["gift"]})


def expired(scene: Scene) -> None:
    """Let the card have ended long ago."""
    ended = sa.update(tables.card).where(tables.card.c.appid == scene.api.appid).values(end_time=PAST)
    codes = sa.update(tables.code).where(tables.code.c.appid == scene.api.appid).values(end_time=PAST)
    scene.server.database.transact(lambda tx: (tx.run(ended), tx.run(codes)))


def by_code(scene: Scene) -> None:
    """Name the card, and neither gift nor code."""
    scene.body |= {"gift_id": "", "card_id": scene.card_id}


def says(name: str, value: str) -> Fault:
    """Return the fault of somebody who comes as another person."""
    return fault(
        name, takes="openid", of="person", spoil=lambda scene: scene.body.update(openid=scene.api.person(value))
    )


UNNAMED = (
    put("41012 missing", "gift_id", "", hides="gift"),
    fault("41013 missing", takes="gift_id", hides="gift", spoil=by_code),
)
UNKNOWN = put("40073 gift_unknown", "gift_id", "x", hides="gift")
GIVE = (
    MALFORMED,
    put("40003 malformed", "to", "x", takes="to"),
    STRANGE,
    NO_SUCH_CODE,
    says("40056 other_holder", "bob"),
    on_card("45030 giving_off", can_give_friend=False),
    called("40099 consumed", "/card/code/consume", "card_id code", of="code"),
    fault("40003 gift_to_oneself", takes="to", of="person", spoil=lambda scene: scene.body.update(to=scene.ann)),
)
ACCEPT = (
    MALFORMED,
    STRANGE,
    *UNNAMED,
    UNKNOWN,
    fault("40073 gift_taken_back", act=had_back, of="gift", last=True),
    says("40003 own_gift", "ann"),
    fault("45033 gift_for_another", act=for_cat, of="gift person"),
    fault("40127 expired", act=expired, of="gift card", last=True),
    fault("40078 not_verified", columns={"review": "manual"}, of="gift card person"),
)
TAKE_BACK = (
    MALFORMED,
    STRANGE,
    *UNNAMED,
    UNKNOWN,
    says("40003 not_the_giver", "bob"),
    fault("45033 gift_taken", act=taken, of="gift person"),
)
TABLES = (
    Table("/sandbox/gift", held, GIVE),
    Table("/sandbox/accept", wanted, ACCEPT),
    Table("/sandbox/take_back", unwanted, TAKE_BACK),
)
