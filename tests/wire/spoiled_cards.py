"""The faults of the calls on cards, codes and tickets, in the order in which they win (wire.scene)."""

from __future__ import annotations

import copy
from typing import Any

from card_bodies import card as card_body

from wire.scene import DEPOSIT, Act, Scene, Table, called, fault, grown, on_card, put

UNKNOWN = "pUnknownCard"
LINK = "http://shop.example/"
CENTER = {"center_title": "x", "center_url": LINK}
ONE = "action_info.card"
LIST = "action_info.multiple_card.card_list"
# Times of a card's validity: long past, past, and far ahead.
BEGIN, PAST, END = 1_400_000_000, 1_500_000_000, 2_147_400_000


def of_card(**more: Any) -> Act:
    """Return what makes a body that names the card."""
    return lambda scene: scene.body.update(card_id=scene.card_id, **more)


def named_codes(scene: Scene) -> None:
    """Name a code of the card."""
    scene.body = {"card_id": scene.card_id, "code": ["1"]}


def issued(scene: Scene) -> None:
    """Name a code that was issued, a merchant's where the card has such codes."""
    brings = {"code": "A-1"} if scene.base.get("use_custom_code") else {}
    scene.body = {"card_id": scene.card_id, "code": scene.api.claim(scene.card_id, scene.ann, **brings)}


def renamed(scene: Scene) -> None:
    """Name a code and what it is to become."""
    issued(scene)
    scene.body["new_code"] = "B-1"


def held(scene: Scene) -> None:
    """Name a code and its holder."""
    issued(scene)
    scene.body["openid"] = scene.ann


def ticket(card_type: str, **values: Any) -> Act:
    """Return what names an issued ticket of a type, and what is said of it."""

    def make(scene: Scene) -> None:
        scene.names["card"] = scene.api.create_card(card_body(card_type, scene.base, **scene.own))
        issued(scene)
        scene.body |= copy.deepcopy(values)

    return make


def of_other_type(scene: Scene) -> None:
    """Name a code of a card that is no ticket."""
    del scene.names["card"]
    scene.body |= {"card_id": scene.card_id, "code": scene.api.claim(scene.card_id, scene.ann)}


def on_shelf(scene: Scene) -> None:
    """Put the card on a shelf."""
    shown = {"card_id": scene.card_id, "thumb_url": LINK}
    scene.body = {"banner": LINK, "page_title": "x", "can_share": True, "scene": "SCENE_H5", "card_list": [shown]}


def one_card(scene: Scene) -> None:
    """Ask for a ticket of the card."""
    scene.body = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": scene.card_id}}}


def two_cards(scene: Scene) -> None:
    """Ask for a ticket of the card and another one."""
    cards = [{"card_id": scene.card_id}, {"card_id": scene.api.create_card(card_body("CASH"))}]
    scene.body = {"action_name": "QR_MULTIPLE_CARD", "action_info": {"multiple_card": {"card_list": cards}}}


def new_card(scene: Scene) -> None:
    """Make a card that is valid from one time to another."""
    date = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": BEGIN, "end_timestamp": END}
    scene.body = copy.deepcopy(card_body("GROUPON", {"date_info": date, **scene.base}, **scene.own))


def none_left(scene: Scene) -> None:
    """Take the whole stock of the card."""
    if quantity := scene.api.stock(scene.card_id)["quantity"]:
        scene.api.ok("/card/modifystock", {"card_id": scene.card_id, "reduce_stock_value": quantity})


def another_consumed(scene: Scene) -> None:
    """Consume another code of the person, unless one was consumed already."""
    other = scene.api.claim(scene.card_id, scene.ann)
    scene.api.post("/card/code/consume", {"card_id": scene.card_id, "code": other})


def taken_by_bob(scene: Scene) -> None:
    """Hand the new code out to somebody else."""
    scene.api.claim(scene.card_id, scene.api.person("bob"), code="B-1")


DELETED = called("40078 deleted", "/card/delete", last=True, of="card")
CUSTOM = on_card("40158 custom_code", use_custom_code=True)
BOUND = on_card("40112 bound_card", bind_openid=True)
NO_STORE = on_card("43017 no_store", use_all_locations=False)
UNDER_REVIEW = fault("40107 not_approved", columns={"review": "manual"}, of="card")
TOO_MANY = grown("40109 too_many", "code", [f"n{number}" for number in range(101)])
EMPTY = grown("40110 empty_code", "code", [""])
NO_DEPOSIT = on_card("40150 not_deposit_mode", get_custom_code_mode="", sku={"quantity": 5})
NO_SUCH_CODE = put("40056 unknown", "code", "0", hides="code")
CONSUMED = called("40099 consumed", "/card/code/consume", "card_id code", of="code")
VOID = called("40127 unavailable", "/card/code/unavailable", "card_id code", of="code")
MALFORMED = put("40003 malformed", "openid", "x", hides="person")
UNIQUE = put("", f"{ONE}.is_unique_code", True).spoil

OTHER_TYPE = fault("45030 other_type", act=of_other_type, of="code")
SPENT = called("40127 consumed", "/card/code/consume", "card_id code", of="code")
ISSUED_TICKET = (NO_SUCH_CODE, OTHER_TYPE, SPENT)
FILM = {"ticket_class": "3D", "show_time": BEGIN, "duration": 90, "screening_room": "5", "seat_number": ["A1"]}
SEATS = (
    put("41017 empty", "seat_number.0", "", takes=""),
    grown("45021 too_many_seats", "seat_number", ["x"] * 100),
)
TIMES = (
    put("40053 missing", "begin_time", ...),
    put("40079 event_ends_before_begin", "end_time", BEGIN, takes="begin_time end_time"),
)

DEPOSITS = (TOO_MANY, EMPTY, grown("40111 repeated", "code", ["x", "x"]), DELETED, NO_DEPOSIT)
USES = (NO_SUCH_CODE, CONSUMED, fault("72020 use_limit", of="code", base={"use_limit": 1}, act=another_consumed))
RENAMES = (
    put("40116 characters", "new_code", " B"),
    NO_SUCH_CODE,
    fault("40150 platform_code", base={"use_custom_code": False}, hides="custom", of="code"),
    VOID,
    fault("40116 taken", takes="new_code", of="custom code", act=taken_by_bob),
)
STOCKS = (
    put("40122 negative", "reduce_stock_value", -1),
    put("40122 negative", "increase_stock_value", -1),
    DELETED,
    put("40122 below_zero", "reduce_stock_value", 10**9, of="card"),
    put("40136 more_than_deposited", "increase_stock_value", 5, base=DEPOSIT, of="card"),
)
SHELF = (
    put("44005 no_cards", "card_list", [], hides="card listed"),
    grown("45039 too_many_cards", "card_list", [{"card_id": UNKNOWN, "thumb_url": LINK}] * 20, of="listed"),
    grown("40073 unknown", "card_list", [{"card_id": UNKNOWN, "thumb_url": LINK}], of="listed"),
    DELETED,
    CUSTOM,
    BOUND,
)
PAY = (
    fault("43008 permission_missing", columns={"permissions": "issue"}),
    DELETED,
    NO_STORE,
    UNDER_REVIEW,
    on_card("40145 both", **CENTER),
)
TICKET = (
    put("40003 malformed", f"{ONE}.openid", "x"),
    DELETED,
    put("40053 code_on_platform_card", f"{ONE}.code", "A", of="card", takes="code"),
    fault("40053 code_missing", base={"use_custom_code": True}, of="card", takes="code"),
    fault("40053 openid_missing", base={"bind_openid": True}, of="card", takes=f"{ONE}.openid"),
    fault("40078 unique_before_approval", columns={"review": "manual"}, spoil=UNIQUE, of="card"),
    fault("45031 stock_empty", act=none_left, spoil=UNIQUE, of="card"),
)
TICKETS = (
    put("44005 no_cards", LIST, [], hides="card listed"),
    grown("45039 too_many_cards", LIST, [{"card_id": UNKNOWN + letter} for letter in "abcd"], of="listed"),
    put("40003 malformed", f"{LIST}.0.openid", "x", of="listed"),
    grown("40053 card_twice", LIST, [{"card_id": UNKNOWN}] * 2, of="listed"),
    put("40073 unknown", f"{LIST}.1.card_id", UNKNOWN, of="listed"),
    DELETED,
)
COVER = {"abstract": {"abstract": "x", "icon_url_list": []}}
DATE = "card.groupon.base_info.date_info"
BASE = "card.groupon.base_info"
OWN = "card.groupon.advanced_info"
MERCHANT = {"permissions": "issue", "sandbox": False}
CREATE = (
    fault(
        "43009 permission_missing",
        columns=MERCHANT,
        base={"use_custom_code": True},
        takes="custom",
    ),
    fault("40150 deposit_needs_custom_code", base={**DEPOSIT, "use_custom_code": False}, takes="custom quantity"),
    put("40079 permanent_coupon", DATE, {"type": "DATE_TYPE_PERMANENT"}, takes="begin end date"),
    put("40079 not_set", f"{DATE}.begin_timestamp", 0, takes="begin", of="date"),
    put("40079 ends_before_begin", f"{DATE}.begin_timestamp", END + 1, takes="begin"),
    put("40079 ended", f"{DATE}.end_timestamp", PAST, takes="end"),
    put("40079 term_of_zero_days", DATE, {"type": 2, "fixed_term": 0, "fixed_begin_term": 0}, takes="begin end date"),
    fault("40136 stock_before_deposit", base={**DEPOSIT, "sku": {"quantity": 5}}, takes="custom quantity"),
    put("40122 zero", f"{BASE}.sku.quantity", 0, takes="quantity"),
    put("40122 out_of_range", f"{BASE}.sku.quantity", 10**9),
    put("45044 not_one", f"{OWN}.abstract", COVER["abstract"]),
    put("40150 cell_without_url", f"{BASE}.custom_url_name", "x"),
    put("73205 retired", f"{OWN}.share_friends", True),
    put("45025 too_many", f"{BASE}.location_id_list", [12] * 1001, takes=""),
    put("40098 unknown", f"{BASE}.location_id_list", [12], takes="stores"),
)
PAGE = (put("40097 negative", "offset", -1), put("40078 unknown", "status_list", ["x"]))
TESTERS = (grown("45019 whitelist", "openid", ["x"] * 10), put("40003 malformed", "openid.0", "x"))
EVERYWHERE = {"use_all_locations": True}
WALLET = (NO_SUCH_CODE, put("40056 other_holder", "openid", "somebody else", of="code"))

NEW = "groupon.base_info"


def changing(scene: Scene) -> None:
    """Change nothing of the card yet."""
    scene.body = {"card_id": scene.card_id, "groupon": {"base_info": {}, "advanced_info": {}}}


CHANGES = (
    DELETED,
    put("47001 unknown_field", "groupon.something", 1),
    put("41026 missing", "groupon.advanced_info.text_image_list", [{"text": "x"}]),
    put("40053 wrong_type", f"{NEW}.notice", ["x"]),
    put("45021 too_long", f"{NEW}.service_phone", "x" * 25),
    put("40076 unknown", f"{NEW}.color", "red"),
    put("45025 too_many", f"{NEW}.location_id_list", [12] * 1001, takes=""),
    put("40098 unknown", f"{NEW}.location_id_list", [12], takes="stores"),
    put("47001 unchangeable", f"{NEW}.brand_name", "Other"),
    put("40100 not_a_range", f"{NEW}.date_info", {"type": 2, "fixed_term": 3, "fixed_begin_term": 0}),
    put("40150 cell_without_url", f"{NEW}.custom_url_name", "x"),
    called("40145 both", "/card/paycell/set", spoil=put("", f"{NEW}.center_title", "x").spoil),
    called("43017 no_store", "/card/paycell/set", spoil=put("", f"{NEW}.use_all_locations", False).spoil),
)

TABLES = (
    Table("/card/update", changing, CHANGES, base=EVERYWHERE),
    Table("/card/create", new_card, CREATE),
    Table("/card/batchget", lambda scene: scene.body.update(offset=0, count=1), PAGE),
    Table("/card/modifystock", of_card(increase_stock_value=0), STOCKS),
    Table("/card/mpnews/gethtml", of_card(), (DELETED, CUSTOM, BOUND)),
    Table("/card/landingpage/create", on_shelf, SHELF),
    Table("/card/paycell/set", of_card(is_open=True), PAY, base=EVERYWHERE, columns={"sandbox": False}),
    Table(
        "/card/selfconsumecell/set",
        of_card(is_open=True),
        (DELETED, NO_STORE, UNDER_REVIEW, on_card("45046 both", **CENTER)),
        base=EVERYWHERE,
    ),
    Table("/card/testwhitelist/set", lambda scene: scene.body.update(openid=[scene.ann]), TESTERS),
    Table("/card/user/getcardlist", lambda scene: scene.body.update(openid=scene.ann), (MALFORMED,)),
    Table("/card/code/deposit", named_codes, DEPOSITS, base=DEPOSIT),
    Table("/card/code/checkcode", named_codes, (TOO_MANY, EMPTY, NO_DEPOSIT), base=DEPOSIT),
    Table("/card/code/consume", issued, USES),
    Table("/card/code/get", issued, (NO_SUCH_CODE, CONSUMED)),
    Table("/card/code/unavailable", issued, (NO_SUCH_CODE, VOID)),
    Table("/card/code/update", renamed, RENAMES, base={"use_custom_code": True}),
    Table("/card/movieticket/updateuser", ticket("MOVIE_TICKET", **FILM), (*SEATS, *ISSUED_TICKET)),
    Table(
        "/card/meetingticket/updateuser",
        ticket("MEETING_TICKET", begin_time=BEGIN, end_time=END),
        (*ISSUED_TICKET, *TIMES),
    ),
    Table("/card/boardingpass/checkin", ticket("BOARDING_PASS", **{"class": "Y", "etkt_bnr": "1"}), ISSUED_TICKET),
    Table("/card/code/mark", held, (MALFORMED, NO_SUCH_CODE, fault("40148 retired", of="code"))),
    Table(
        "/sandbox/delete", held, (*WALLET, called("40127 deleted", "/sandbox/delete", "card_id code openid", of="code"))
    ),
    *(Table(path, one_card, TICKET) for path in ("/card/qrcode/create", "/cgi-bin/qrcode/create")),
    *(Table(path, two_cards, TICKETS) for path in ("/card/qrcode/create", "/cgi-bin/qrcode/create")),
)
