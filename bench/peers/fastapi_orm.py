"""A claim the usual way: FastAPI, SQLAlchemy ORM, SELECT ... FOR UPDATE; one process of uvicorn.

``python -m bench.peers.fastapi_orm URL`` prints one JSON line with its address once it listens.
"""

from __future__ import annotations

import json
import secrets
import socket
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import sqlalchemy as sa
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

POOL = 20
CODE_DIGITS = 12
router = APIRouter()


class Base(DeclarativeBase):
    """Base of the tables."""


class Card(Base):
    """A template with its stock."""

    __tablename__ = "peer_card"
    card_id: Mapped[str] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    get_limit: Mapped[int]


class Code(Base):
    """An issued code."""

    __tablename__ = "peer_code"
    __table_args__ = (sa.Index("ix_peer_code", "openid", "card_id"),)
    code: Mapped[str] = mapped_column(primary_key=True)
    card_id: Mapped[str] = mapped_column(sa.ForeignKey(Card.card_id))
    openid: Mapped[str]
    created_at: Mapped[datetime]


class Event(Base):
    """What the merchant is to be told."""

    __tablename__ = "peer_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[str]
    openid: Mapped[str]
    code: Mapped[str]
    created_at: Mapped[datetime]


class ClaimRequest(BaseModel):
    """Body of a claim."""

    card_id: str
    openid: str


class ClaimAnswer(BaseModel):
    """Answer of a claim."""

    errcode: int = 0
    errmsg: str = "ok"
    code: str = ""


def make_engine(url: str) -> sa.Engine:
    """Return the engine; SQLite takes the write lock when a transaction begins and commits as durably as ours."""
    address = sa.make_url(url)
    if address.get_backend_name() == "postgresql":
        return sa.create_engine(address.set(drivername="postgresql+psycopg"), pool_size=POOL, max_overflow=0)
    # One connection: threads that wait for it are served sooner than writers that poll SQLite's lock.
    engine = sa.create_engine(address, pool_size=1, max_overflow=0, pool_timeout=60)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 30000"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def session(request: Request) -> Iterator[Session]:
    """Open a session for one call."""
    with request.app.state.sessions() as opened:
        yield opened


@router.post("/claim")
def claim(request: ClaimRequest, tx: Annotated[Session, Depends(session)]) -> ClaimAnswer:
    """Claim one code; FastAPI runs this in its pool of threads."""
    return claim_card(tx, request)


def create(engine: sa.Engine) -> FastAPI:
    """Return the application."""
    app = FastAPI()
    app.state.sessions = sessionmaker(engine)
    app.include_router(router)
    return app


def claim_card(tx: Session, request: ClaimRequest) -> ClaimAnswer:
    """Claim one code under the lock of the card's row."""
    card = tx.scalar(sa.select(Card).where(Card.card_id == request.card_id).with_for_update())
    if card is None:
        return ClaimAnswer(errcode=40073, errmsg="invalid card id")
    mine = (Code.openid == request.openid) & (Code.card_id == request.card_id)
    held = tx.scalar(sa.select(sa.func.count()).select_from(Code).where(mine)) or 0
    if held >= card.get_limit or card.quantity <= 0:
        return ClaimAnswer(errcode=45030, errmsg="limit reached")
    card.quantity -= 1
    now = datetime.now(UTC)
    code = str(secrets.randbelow(10**CODE_DIGITS)).zfill(CODE_DIGITS)
    tx.add(Code(code=code, card_id=card.card_id, openid=request.openid, created_at=now))
    tx.add(Event(card_id=card.card_id, openid=request.openid, code=code, created_at=now))
    tx.commit()
    return ClaimAnswer(code=code)


def main(url: str, card_id: str, quantity: int, get_limit: int) -> None:
    """Make the tables and the card, and serve."""
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as tx:
        tx.add(Card(card_id=card_id, quantity=quantity, get_limit=get_limit))
        tx.commit()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)  # noqa: T201 - whoever started it reads this
    config = uvicorn.Config(create(engine), loop="uvloop", http="httptools", log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
