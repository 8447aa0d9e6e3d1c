"""``kaquan demo``: a platform with a merchant, an approved card and a few people, ready to be called."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import msgspec
import typer

from kaquan.actions.add_persona import add_persona
from kaquan.actions.change_stock import change_stock
from kaquan.actions.create_card import create_card
from kaquan.actions.keep_image import keep_image
from kaquan.actions.keep_members import PLATFORM, hire
from kaquan.actions.know_people import know_people, openid_of
from kaquan.actions.manage_app import change_app, create_app, new_app
from kaquan.actions.record import Record
from kaquan.api.card_body import read_create
from kaquan.cli.database import transact
from kaquan.cli.demo_logo import demo_logo
from kaquan.cli.operator import by_command
from kaquan.cli.serve import DatabaseUrl, bind, bound_to, prepare, run_on
from kaquan.demo_shop.beside import Beside
from kaquan.keys import Keys
from kaquan.rules.card import normalise
from kaquan.rules.card_content import Content
from kaquan.rules.permission import OPERATOR, ROLES
from kaquan.settings import Settings, from_environment
from kaquan.sources import LETTERS_AND_DIGITS, Ids, new_appid, new_prefix, new_secret, random_text, wall_clock
from kaquan.store.apps import App
from kaquan.store.tx import Tx
from kaquan.web.passwords import HASHER

NAME = "熊猫茶馆"
PEOPLE = ("alice", "bob", "chen")
PASSWORD_LENGTH = 12
CARD_ID_LENGTH = 28
DESKS = ("wallet", "console", "operator", "till")
# The shop has to be in all of them; its port may be another one at each start.
DOMAINS = ("oauth_domain", "js_domains", "card_js_domain")
BASE_INFO: dict[str, Any] = {
    "brand_name": NAME,
    "code_type": "CODE_TYPE_QRCODE",
    "color": "Color010",
    "notice": "使用时向服务员出示此券",
    "description": "不可与其他优惠同享",
    "date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30, "fixed_begin_term": 0},
}
# Of the last one nothing is left, so that a refusal can be seen.
CARDS: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    (
        "GROUPON",
        {"title": "双人下午茶", "sku": {"quantity": 1000}, "get_limit": 5},
        {"deal_detail": "双人下午茶套餐一份"},
    ),
    (
        "CASH",
        {"title": "满五十减十元", "sku": {"quantity": 200}, "get_limit": 1},
        {"least_cost": 5000, "reduce_cost": 1000},
    ),
    ("GIFT", {"title": "开业茶杯", "sku": {"quantity": 1}, "get_limit": 1}, {"gift": "青瓷茶杯一只"}),
)
WELCOME = """\
kaquan demo at {base_url}   (Ctrl-C stops it; everything is kept in {data})

  appid   {appid}
  secret  {secret}
  card    {card_id}
  person  {openid}   (alice)
  wallet  {wallet}   (go in as alice, bob or chen)
  console   {console}   (sign in as owner, staff, developer or cashier, password {password})
  operator  {operator}   (sign in as operator, the same password)
  till      {till}   (for the cashier)
  shop    {shop}   (a page that hands the cards out: src/kaquan/demo_shop)

Try, in another terminal:

  1. get a token
     TOKEN=$(curl -s "{base_url}/cgi-bin/token?grant_type=client_credential&appid={appid}&secret={secret}" | sed 's/.*access_token":"//; s/".*//'); echo $TOKEN
  2. claim the card for alice
     CODE=$(curl -s "{base_url}/ext/claim?access_token=$TOKEN" -d '{{"card_id":"{card_id}","openid":"{openid}"}}' | sed 's/.*"code":"//; s/".*//'); echo $CODE
  3. consume the code
     curl -s "{base_url}/card/code/consume?access_token=$TOKEN" -d "{{\\"code\\":\\"$CODE\\"}}"; echo

Repeat the third: the refusal says why, and `kaquan explain RID` says more.
"""


def demo(
    data: Annotated[str, typer.Option(help="folder of the database, kept between runs")] = "data",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port")] = 8000,
    as_json: Annotated[
        bool, typer.Option("--json", help="print one line of JSON once connections are accepted")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="server processes")] = 1,
    shop_port: Annotated[int | None, typer.Option(min=0, max=65535, help="of the demo shop; the next port")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Serve a demo merchant on loopback: card function and all permissions granted, review automatic.

    Examples:

      kaquan demo

      kaquan demo --data /tmp/kaquan --port 0 --json
    """
    os.makedirs(data, mode=0o700, exist_ok=True)
    flags: dict[str, Any] = {
        "database_url": database_url or f"sqlite:///{os.path.join(data, 'kaquan.db')}",
        "listen": f"127.0.0.1:{port}",
        "key_file": os.path.join(data, "master.key"),
        "workers": workers,
        # Who tries things out receives the events on the same machine.
        "allow_private_callbacks": True,
        # And has no phone to set up first.
        "second_factor": os.environ.get("KAQUAN_SECOND_FACTOR", "false"),
    }
    settings = from_environment(os.environ, **flags)
    keys = prepare(settings)
    listener, settings = bound_to(settings)
    facts = merchant(settings, keys, os.path.join(data, "demo.json"))
    settings = msgspec.structs.replace(settings, personas_of=facts["appid"])
    shop = Beside(bind(f"127.0.0.1:{next_port(port) if shop_port is None else shop_port}"))
    transact(settings, lambda tx: change_app(tx, facts["appid"], **dict.fromkeys(DOMAINS, shop.host)))

    def ready() -> None:
        shop.start(settings.base_url, facts["appid"], facts["secret"])
        places = {"shop": shop.url, **{name: f"{settings.base_url}/{name}" for name in DESKS}}
        announce({"base_url": settings.base_url, **facts, **places}, data, as_json)

    try:
        run_on(listener, settings, ready)
    finally:
        shop.stop()


def next_port(port: int) -> int:
    """Return the port behind this one; any free one where that was asked for, or where there is none behind it."""
    return (port + 1) % 65536 if port else 0


def announce(facts: dict[str, str], data: str, as_json: bool) -> None:
    """Print how to reach the demo."""
    typer.echo(json.dumps(facts) if as_json else WELCOME.format(data=data, **facts))


def merchant(settings: Settings, keys: Keys, path: str) -> dict[str, str]:
    """Return appid, secret, card and a person of the demo; made at the first run and read again later.

    Only the hash of a secret is in the database, so the demo keeps its own in a file for its owner alone.
    """
    if os.path.exists(path):
        with open(path) as file:
            kept: dict[str, str] = json.load(file)
        return kept
    facts = {"appid": new_appid(), "secret": new_secret()}
    transact(settings, lambda tx: facts.update(make(tx, keys, settings.base_url, **facts)))
    facts["password"] = random_text(PASSWORD_LENGTH, LETTERS_AND_DIGITS)
    hashed = HASHER.hash(facts["password"])
    transact(settings, lambda tx: hire_all(tx, facts["appid"], hashed))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(facts, file)
    return facts


def make(tx: Tx, keys: Keys, base_url: str, appid: str, secret: str) -> dict[str, str]:
    """Make the merchant, its people and its card, and return the card and the first person."""
    now = wall_clock()
    prefix = new_prefix()
    app = new_app(appid, secret, prefix, NAME, "gh_" + new_secret()[:12], sandbox=True, review="auto")
    create_app(tx, app, now)
    people = {name: openid_of(keys, app, name) for name in PEOPLE}
    know_people(tx, app, people, now)
    for name, openid in people.items():
        add_persona(tx, app, name, openid, now)
    logo_url = f"{base_url}{keep_image(tx, appid, 'image/png', demo_logo(), now)}"
    # Lists begin with the newest.
    card_ids = [make_card(tx, app, logo_url, *card, now - age) for age, card in enumerate(CARDS)]
    change_stock(tx, appid, card_ids[-1], 0, 1, now, Record(Ids()))
    return {"openid": people[PEOPLE[0]], "card_id": card_ids[0]}


def hire_all(tx: Tx, appid: str, hashed: str) -> None:
    """Make somebody for each role at the desks, called as the role and with one password for all."""
    for role in (*ROLES, OPERATOR):
        place = PLATFORM if role == OPERATOR else appid
        hire(tx, role, hashed, place, role, by_command("member.join", role))


def make_card(
    tx: Tx, app: App, logo_url: str, card_type: str, base: dict[str, Any], own: dict[str, Any], now: int
) -> str:
    """Make an approved card and return its id."""
    body = {
        "card": {
            "card_type": card_type,
            card_type.lower(): {"base_info": {"logo_url": logo_url, **BASE_INFO, **base}, **own},
        }
    }
    _, content = read_create(json.dumps(body).encode(), "strict")
    assert isinstance(content, Content)
    card_id = f"p{app.prefix}{random_text(CARD_ID_LENGTH)}"[:CARD_ID_LENGTH]
    create_card(tx, app, card_id, card_type, normalise(content), now, Record(Ids()))
    return card_id
