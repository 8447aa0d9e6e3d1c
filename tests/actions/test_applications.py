"""Applications and spot checks in the database: what is decided is what calls are let through by, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from card_bodies import NOW

from kaquan.actions import spot_check as checks
from kaquan.actions.consume_code import Consume
from kaquan.actions.keep_application import (
    Application,
    decide,
    follow,
    list_applications,
    load_application,
    move,
    submit,
)
from kaquan.actions.keep_paper import MOST_LOOSE, keep_paper, list_papers, load_paper
from kaquan.actions.manage_app import change_app, create_app, new_app
from kaquan.errors import Refusal
from kaquan.rules.application import Submission
from kaquan.rules.claim import Claim
from kaquan.rules.spot_check import Answer
from kaquan.store import tables
from kaquan.store.apps import App, load_app
from kaquan.store.tx import Tx
from support.database import Database
from support.gifts import ANN, BOB, Gifts
from support.run import run
from support.shop import APPID, CARD, Shop, shop

SENT = Submission({"subject_name": "熊猫"}, {"credential_scan": ["d1"]})
FILING = Submission({"filing_number": "1"})


@pytest.fixture
def account(database: Database) -> Database:
    """A database with an account that has applied for nothing."""
    app = new_app(APPID, "secret", "Shop01", "熊猫茶馆", "gh_shop", sandbox=False, review="manual")
    database.transact(lambda tx: create_app(tx, app, NOW))
    return database


def app_of(database: Database) -> App:
    """Return the account as calls see it."""
    app = database.transact(lambda tx: load_app(tx, APPID))
    assert app is not None
    return app


def kept(database: Database, kind: str) -> Application:
    """Return an application as it is kept."""
    return database.transact(lambda tx: load_application(tx, APPID, kind))


def decided(kind: str, name: str, seen: int | None = NOW, reason: str = "") -> Any:
    """Return an operator's decision."""
    return partial(decide, appid=APPID, kind=kind, name=name, seen=seen, reason=reason, by="op", now=NOW + 9)


def handed_in(kind: str, sent: Submission = SENT, now: int = NOW) -> Any:
    """Return a merchant's submission."""
    return partial(submit, appid=APPID, kind=kind, sent=sent, now=now)


def test_the_card_function_is_applied_for_refused_mended_and_granted(account: Database) -> None:
    assert account.transact(handed_in("card"))
    assert app_of(account).card_function == "pending"
    assert not account.transact(handed_in("card"))
    assert account.transact(decided("card", "refuse", reason="看不清"))
    assert (app_of(account).card_function, kept(account, "card").reason) == ("refused", "看不清")
    again = Submission({"subject_name": "熊猫茶馆"})
    assert account.transact(handed_in("card", again, NOW + 10))
    assert account.transact(decided("card", "approve", NOW + 10))
    assert app_of(account).card_function == "granted"
    assert kept(account, "card") == Application(
        appid=APPID,
        kind="card",
        state="granted",
        fields=again,
        previous=SENT,
        submit_time=NOW + 10,
        decide_time=NOW + 9,
        decided_by="op",
    )


def test_a_permission_waits_for_the_card_function(account: Database) -> None:
    for state, cause in (
        ("none", "function_not_applied"),
        ("pending", "function_pending"),
        ("refused", "function_refused"),
    ):
        account.transact(partial(change_app, appid=APPID, card_function=state))
        for kind in ("balance", "custom_code", "bonus"):
            with pytest.raises(Refusal) as refused:
                account.transact(handed_in(kind, FILING))
            assert (int(refused.value.errcode), refused.value.cause) == (48001, cause)
    account.transact(lambda tx: change_app(tx, APPID, suspended=True))
    with pytest.raises(Refusal) as refused:
        account.transact(handed_in("card"))
    assert int(refused.value.errcode) == 48004
    assert app_of(account).applications == {}


def test_a_permission_is_held_as_long_as_it_is_granted(account: Database) -> None:
    account.transact(lambda tx: change_app(tx, APPID, card_function="granted", permissions="issue"))
    assert account.transact(handed_in("balance", FILING))
    assert app_of(account).permission_state("balance") == "pending"
    steps = [("approve", "granted", True), ("suspend", "suspended", False), ("restore", "granted", True)]
    for name, state, held in steps:
        assert account.transact(decided("balance", name))
        app = app_of(account)
        assert (app.permission_state("balance"), "balance" in app.permissions) == (state, held)
        assert "issue" in app.permissions
        assert not account.transact(decided("balance", name))
    assert account.transact(handed_in("custom_code", Submission({"agreed": "1"})))
    assert app_of(account).permissions == {"balance", "custom_code", "issue"}


def test_what_was_taken_back_can_be_changed_and_not_decided(account: Database) -> None:
    account.transact(handed_in("card"))
    assert account.transact(lambda tx: move(tx, APPID, "card", "withdraw"))
    assert not account.transact(decided("card", "approve"))
    assert (app_of(account).card_function, kept(account, "card").fields) == ("none", SENT)


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(account: Database) -> None:
    account.transact(handed_in("card"))
    with ThreadPoolExecutor(8) as pool:
        names = ["approve", "refuse"] * 4
        won = list(pool.map(lambda name: account.transact(decided("card", name, reason=name)), names))
    assert sorted(won) == [False] * 7 + [True]
    name = names[won.index(True)]
    state = {"approve": "granted", "refuse": "refused"}[name]
    assert (app_of(account).card_function, kept(account, "card").reason) == (state, name)


def test_permissions_that_are_decided_at_once_are_all_kept(account: Database) -> None:
    kinds = ["balance", "bonus", "custom_url", "member_card", "pay", "issue"]
    account.transact(lambda tx: change_app(tx, APPID, card_function="granted"))
    for kind in kinds:
        account.transact(handed_in(kind, FILING))
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(lambda kind: account.transact(decided(kind, "approve")), kinds))
    assert app_of(account).permissions == set(kinds)


def test_a_decision_on_a_submission_that_was_replaced_changes_nothing(account: Database) -> None:
    account.transact(handed_in("card"))
    account.transact(decided("card", "refuse"))
    account.transact(handed_in("card", now=NOW + 5))
    assert not account.transact(decided("card", "approve", NOW))
    assert app_of(account).card_function == "pending"


def test_the_command_line_settles_what_waits(account: Database) -> None:
    account.transact(handed_in("card"))

    def command(tx: Tx, **values: str) -> None:
        change_app(tx, APPID, **values)
        follow(tx, APPID, NOW + 3)

    account.transact(lambda tx: command(tx, card_function="granted"))
    assert (kept(account, "card").state, kept(account, "card").decided_by) == ("granted", "")
    account.transact(handed_in("bonus", FILING))
    account.transact(lambda tx: command(tx, permissions="bonus"))
    assert kept(account, "bonus").state == "granted"
    account.transact(lambda tx: command(tx, permissions=""))
    assert (kept(account, "bonus").state, app_of(account).permission_state("bonus")) == ("none", "none")
    assert account.transact(lambda tx: list_applications(tx, "pending", (0, "", ""), 9)) == []


def test_the_queue_is_a_list_of_pages_the_oldest_first(account: Database) -> None:
    account.transact(lambda tx: change_app(tx, APPID, card_function="granted"))
    for turn, kind in enumerate(["pay", "bonus", "issue"]):
        account.transact(handed_in(kind, FILING, NOW + turn // 2))
    found, after = [], (0, "", "")
    while page := account.transact(partial(list_applications, state="pending", after=after, limit=1)):
        ((one, name),) = page
        found.append((one.kind, name))
        after = (one.submit_time, one.appid, one.kind)
    assert found == [("bonus", "熊猫茶馆"), ("pay", "熊猫茶馆"), ("issue", "熊猫茶馆")]


def test_papers_are_kept_while_an_application_names_them(account: Database) -> None:
    def keep(tx: Tx, number: int) -> str:
        return keep_paper(tx, APPID, f"{number}.pdf", "application/pdf", b"%%PDF-%d" % number, NOW + number)

    digests = [account.transact(lambda tx: keep(tx, 0))]
    account.transact(handed_in("card", Submission({}, {"credential_scan": digests})))
    digests += [account.transact(partial(keep, number=number)) for number in range(1, MOST_LOOSE + 3)]
    known = account.transact(lambda tx: list_papers(tx, APPID, digests))
    assert [digest for digest in digests if digest not in known] == digests[1:3]
    paper = account.transact(lambda tx: load_paper(tx, APPID, digests[0]))
    assert paper is not None
    assert (paper[0].name, paper[1]) == ("0.pdf", b"%PDF-0")
    assert account.transact(lambda tx: load_paper(tx, "wx0000000000000002", digests[0])) is None


# Spot checks.

CUSTOM: dict[str, Any] = {"use_custom_code": True, "sku": {"quantity": 100}, "get_limit": 100}


def played(database: Database, scenario: Any, **base: Any) -> Any:
    """Return what a scenario returns, played in a shop where Ann has six codes, A-1 to A-6."""

    async def opened() -> Any:
        async with shop(database, **CUSTOM, **base) as one:
            claims = [Claim(CARD, ANN, NOW, f"A-{number}", "") for number in range(1, 7)]
            assert await one.claim(*claims) == [claim.code for claim in claims]
            return await scenario(one)

    return run(opened())


@pytest.mark.parametrize("new_code", [False, True])
def test_a_code_that_changed_hands_is_counted_once(database: Database, new_code: bool) -> None:
    async def scenario(one: Shop) -> Any:
        gifts = Gifts(one, new_code)
        await gifts.accept(BOB, await gifts.give(ANN, "A-1"))
        await one.consume(Consume("A-2", NOW + 1, CARD))
        await gifts.give(ANN, "A-3")
        end = one.rows(tables.code, "end_time")[0][0]
        counted = [await one.store.read(lambda tx, at=at: checks.figures(tx, APPID, at)) for at in (NOW, end, end + 1)]
        return [(found.issued, found.consumed, found.overdue) for (found,) in counted]

    assert played(database, scenario) == [(6, 1, 0), (6, 1, 0), (6, 1, 5)]


def test_codes_of_the_platform_are_not_checked(database: Database) -> None:
    async def opened() -> Any:
        async with shop(database) as one:
            await one.claim(Claim(CARD, ANN, NOW))
            drawn = await one.store.read(lambda tx: checks.sample(tx, APPID, [1]))
            opened = await one.store.write(lambda tx: checks.open_check(tx, APPID, 7, drawn, "op", NOW))
            return drawn, opened, await one.store.read(lambda tx: checks.figures(tx, APPID, NOW))

    assert run(opened()) == ([], False, [])


def test_a_check_goes_from_the_draw_to_the_verdict(database: Database) -> None:
    async def scenario(one: Shop) -> None:
        gifts = Gifts(one)
        await gifts.accept(BOB, await gifts.give(ANN, "A-6"))
        await one.consume(Consume("A-1", NOW + 1, CARD))
        drawn = await one.store.read(lambda tx: checks.sample(tx, APPID, list(range(50))))
        assert await one.store.write(lambda tx: checks.open_check(tx, APPID, 7, drawn, "op", NOW))
        items = await one.store.read(lambda tx: checks.list_items(tx, APPID, 7, NOW + 2))
        assert [item.code for item in items] == [f"A-{number}" for number in range(1, 7)]
        assert [item.state for item in items] == ["CONSUMED"] + ["NORMAL"] * 5
        said = {1: Answer("unused"), 2: Answer("used", NOW, "北京店"), 3: Answer("used"), 99: Answer("lost")}
        assert await one.store.write(lambda tx: checks.answer(tx, APPID, 7, said, NOW))
        items = await one.store.read(lambda tx: checks.list_items(tx, APPID, 7, NOW + 2))
        assert [item.doubt for item in items] == ["reported", "unreported", "unreported", "", "", ""]
        (check,) = await one.store.read(lambda tx: checks.list_checks(tx, APPID))
        assert check.state == "open"
        rest = {position: Answer("lost") for position in range(3, 7)}
        assert await one.store.write(lambda tx: checks.answer(tx, APPID, 7, rest, NOW + 3))
        assert not await one.store.write(lambda tx: checks.answer(tx, APPID, 7, rest, NOW + 4))
        assert await one.store.write(lambda tx: checks.close(tx, APPID, 7, "failed", "两个没有回传", NOW + 5))
        assert not await one.store.write(lambda tx: checks.close(tx, APPID, 7, "passed", "", NOW + 6))
        (check,) = await one.store.read(lambda tx: checks.list_checks(tx, APPID))
        assert check == checks.Check(7, "closed", "failed", "两个没有回传", "op", NOW, NOW + 3, NOW + 5)

    played(database, scenario)


def test_a_sample_is_of_the_size_that_was_asked_for(database: Database) -> None:
    async def scenario(one: Shop) -> Any:
        return await one.store.read(lambda tx: checks.sample(tx, APPID, [5, 0]))

    assert played(database, scenario) == [("A-2", CARD), ("A-6", CARD)]


def test_codes_that_are_good_for_some_days_lapse_one_by_one(database: Database) -> None:
    async def scenario(one: Shop) -> Any:
        await one.claim(Claim(CARD, BOB, NOW + 86400, "B-1", ""))
        return [await one.store.read(lambda tx, at=at: checks.figures(tx, APPID, at)) for at in ends(one)]

    def ends(one: Shop) -> list[int]:
        first, last = sorted({end for (end,) in one.rows(tables.code, "end_time")})
        return [first, first + 1, last + 1]

    term = {"date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 3, "fixed_begin_term": 0}}
    found = played(database, scenario, **term)
    assert [(figures.issued, figures.overdue) for (figures,) in found] == [(7, 0), (7, 6), (7, 7)]


def test_merchants_with_codes_of_their_own_are_watched_also_when_they_lost_them(account: Database) -> None:
    for appid, sandbox in (("wx0000000000000002", False), ("wx0000000000000003", True)):
        app = new_app(appid, "secret", appid[-6:], appid, "gh", sandbox=sandbox, review="manual")
        account.transact(partial(create_app, app=app, now=NOW))
    watched = partial(checks.watched, after="", limit=9)
    assert account.transact(watched) == []
    account.transact(lambda tx: change_app(tx, APPID, card_function="granted", permissions="custom_code"))
    assert account.transact(watched) == [(APPID, "熊猫茶馆")]
    account.transact(decided("custom_code", "suspend", None, "没有回传"))
    assert account.transact(watched) == [(APPID, "熊猫茶馆")]
    assert app_of(account).permissions == set()
