"""Who works at the desk of an account, or as the platform's operator: invite, join, change, leave."""

from __future__ import annotations

import hashlib

import msgspec
import sqlalchemy as sa

from kaquan.actions.keep_account import PERSON, sign_up
from kaquan.actions.keep_audit import Entry, note
from kaquan.rules.account import STAFF, Person
from kaquan.rules.permission import OPERATOR, OWNER
from kaquan.store import tables
from kaquan.store.tx import Tx

INVITATION_SECONDS = 7 * 86400
# Of whom there has to be one at each desk.
KEEPERS = (OWNER, OPERATOR)
PLATFORM = ""


class Member(msgspec.Struct, frozen=True):
    """Somebody at a desk; ``create_time`` is when they came, UTC seconds."""

    person: Person
    role: str
    create_time: int


class Invitation(msgspec.Struct, frozen=True):
    """Whoever has its link may join; of the link only the digest is kept. Times are UTC seconds."""

    digest: str
    appid: str
    role: str
    note: str
    invited_by: str
    create_time: int
    expire_time: int


def role_of(tx: Tx, account_id: str, appid: str) -> str:
    """Return somebody's role at a desk, empty when they have none."""
    table = tables.membership.c
    row = tx.one(sa.select(table.role).where((table.account_id == account_id) & (table.appid == appid)))
    return str(row[0]) if row else ""


def desks_of(tx: Tx, account_id: str) -> list[tuple[str, str]]:
    """Return appid and role of every desk somebody works at, the oldest first; the platform's own has no appid."""
    table = tables.membership.c
    mine = sa.select(table.appid, table.role).where(table.account_id == account_id)
    return [(appid, role) for appid, role in tx.all(mine.order_by(table.create_time, table.appid))]


def list_members(tx: Tx, appid: str) -> list[Member]:
    """Return everybody at a desk, in the order in which they came."""
    member, account = tables.membership.c, tables.account.c
    wanted = (member.appid == appid) & (account.id == member.account_id)
    rows = tx.all(sa.select(*PERSON, member.role, member.create_time).where(wanted).order_by(member.create_time))
    return [Member(Person(*row[:-2]), row.role, row.create_time) for row in rows]


def add_member(tx: Tx, account_id: str, appid: str, role: str, now: int) -> bool:
    """Give somebody a role at a desk, and tell whether they had none."""
    return tx.add_one(tables.membership, {"account_id": account_id, "appid": appid, "role": role, "create_time": now})


def hire(tx: Tx, name: str, password_hash: str, appid: str, role: str, entry: Entry) -> bool:
    """Make an account for the desks with a role at one of them, and tell whether its name was free.

    Args:
        name: folded.
        password_hash: of the password.
        appid, role: at which desk, and as what.
        entry: what the audit log is told.
    """
    person = Person(hashlib.sha256(f"staff {name}".encode()).hexdigest()[:32], name, name, "", STAFF)
    if not sign_up(tx, person, password_hash, entry.create_time):
        return False
    note(tx, appid, entry)
    return add_member(tx, person.id, appid, role, entry.create_time)


def change_role(tx: Tx, account_id: str, appid: str, role: str) -> bool:
    """Give a member another role, or none where it is empty; the last owner, or operator, stays what they are.

    Returns:
        whether it was done.
    """
    table = tables.membership
    here = table.c.appid == appid
    # All of a desk are locked in one order, so that two keepers cannot both go.
    locked = sa.select(table.c.account_id, table.c.role).where(here).order_by(table.c.account_id).with_for_update()
    roles = {row.account_id: row.role for row in tx.all(locked)}
    keepers = {one for one, held in roles.items() if held in KEEPERS}
    if account_id not in roles or (keepers == {account_id} and role not in KEEPERS):
        return False
    mine = here & (table.c.account_id == account_id)
    tx.run(sa.update(table).where(mine).values(role=role) if role else sa.delete(table).where(mine))
    return True


def digest_of(link: str) -> str:
    """Return what is kept of an invitation's link."""
    return hashlib.sha256(link.encode()).hexdigest()


def invite(tx: Tx, link: str, appid: str, role: str, note: str, invited_by: str, now: int) -> Invitation:
    """Save an invitation, good for seven days and for one person.

    Args:
        link: the random end of its address.
        note: for whom, in the words of who invites.
        invited_by: the name of who invites.
    """
    made = Invitation(digest_of(link), appid, role, note, invited_by, now, now + INVITATION_SECONDS)
    tx.run(sa.insert(tables.invitation).values(**msgspec.structs.asdict(made)))
    return made


def find_invitation(tx: Tx, link: str, now: int) -> Invitation | None:
    """Return the invitation of a link, None when there is none or it has expired."""
    table = tables.invitation.c
    columns = [table[one] for one in Invitation.__struct_fields__]
    row = tx.one(sa.select(*columns).where((table.digest == digest_of(link)) & (table.expire_time > now)))
    return Invitation(*row) if row else None


def list_invitations(tx: Tx, appid: str, now: int) -> list[Invitation]:
    """Return the invitations to a desk that still stand."""
    table = tables.invitation.c
    columns = [table[one] for one in Invitation.__struct_fields__]
    wanted = (table.appid == appid) & (table.expire_time > now)
    return [Invitation(*row) for row in tx.all(sa.select(*columns).where(wanted).order_by(table.create_time))]


def withdraw(tx: Tx, appid: str, digest: str) -> bool:
    """Take an invitation back, and tell whether there was one."""
    table = tables.invitation
    return bool(tx.run(sa.delete(table).where((table.c.appid == appid) & (table.c.digest == digest))))


def join(tx: Tx, link: str, account_id: str, now: int, entry: Entry) -> Invitation | None:
    """Use up an invitation and give its role to somebody who has none at that desk; None when it no longer stands.

    Args:
        entry: what the audit log is told.
    """
    found = find_invitation(tx, link, now)
    if found is None or not withdraw(tx, found.appid, found.digest):
        return None
    add_member(tx, account_id, found.appid, found.role, now)
    note(tx, found.appid, entry)
    return found


def forget_invitations(tx: Tx, now: int) -> None:
    """Delete the invitations that have expired."""
    table = tables.invitation
    tx.run(sa.delete(table).where(table.c.expire_time <= now))
