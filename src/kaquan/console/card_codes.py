"""Files of codes for a card in deposit mode: uploaded here, deposited in the background, and what became of them."""

from __future__ import annotations

import asyncio
import csv
import io
import secrets

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_code_file import (
    FAILED,
    KNOWN,
    WAITING,
    CodeFile,
    Failure,
    Line,
    keep_code_file,
    load_code_file,
    read_report,
)
from kaquan.api.dispatch import check_right
from kaquan.api.route import CARD
from kaquan.console.card import load
from kaquan.errors import Refusal
from kaquan.errors.explain import explain
from kaquan.rules.code_lines import NOT_CSV, NOT_UTF8, TOO_LONG, BadFile, Lines, coded
from kaquan.rules.deposit import EMPTY, UNPRINTABLE
from kaquan.rules.deposit import TOO_LONG as CODE_TOO_LONG
from kaquan.rules.text import inert
from kaquan.store.tx import Tx
from kaquan.web.desk import Desk, Said, console_path, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

MOST_BYTES = 8 << 20
MOST_LINES = 500_000
SHOWN_LINES, SHOWN_CODE = 100, 64
REASONS = {
    KNOWN: zh("重复，已经导入过"),
    CODE_TOO_LONG: zh("超过 20 个字符"),
    UNPRINTABLE: zh("两端有空白，或有不可见的字符"),
    EMPTY: zh("空的"),
}
BAD = {
    TOO_LONG: zh("第 {line} 行太长：一行应当只有一个券码"),
    NOT_UTF8: zh("第 {line} 行不是 UTF-8：请把文件另存为 UTF-8 编码的 CSV"),
    NOT_CSV: zh("第 {line} 行不是 CSV"),
}
NO_FILE = zh("请选择文件")
TOO_LARGE = zh("文件超过 8 MB，请分成几个")
TOO_MANY = zh("文件超过 50 万行，请分成几个")
NO_LINES = zh("文件里没有券码")


class NotTaken(Exception):
    """The file is not taken; the text says why."""


@desk(
    "/console/{appid}/cards/{card_id}/codes",
    "GET",
    "POST",
    sees="card.see",
    changes="card.change",
    body_limit=MOST_BYTES + (1 << 20),
)
async def upload(visit: Desk) -> Response:
    """Take a file of codes, and lead to its progress."""
    row = await load(visit)
    back = console_path(visit.app.appid, f"cards/{row.card_id}")
    if visit.request.method == "GET":
        return visit.go(f"{back}#codes")
    sent = visit.files.get("codes", [])
    try:
        lines = await asyncio.to_thread(lines_of, visit, sent[0].content if sent else b"")
        file_id = await keep(visit, row.card_id, sent[0].name, lines)
    except NotTaken as fault:
        return visit.show("console/card_codes_refused.html", back=back, fault=str(fault), said=None)
    except Refusal as refused:
        return visit.show("console/card_codes_refused.html", back=back, fault="", said=visit.refused(refused))
    return visit.go(f"{back}/codes/{file_id}")


def lines_of(visit: Desk, content: bytes) -> list[Line]:
    """Return the lines of a file with their first columns.

    Raises:
        NotTaken: there is none, it is too large, or cannot be read.
    """
    if not content:
        raise NotTaken(visit.text(NO_FILE))
    if len(content) > MOST_BYTES:
        raise NotTaken(visit.text(TOO_LARGE))
    try:
        lines = list(coded(Lines(io.BytesIO(content), 0, 0)))
    except BadFile as fault:
        raise NotTaken(visit.text(BAD[fault.kind], line=fault.line)) from None
    if not lines or len(lines) > MOST_LINES:
        raise NotTaken(visit.text(TOO_MANY if lines else NO_LINES))
    return lines


async def keep(visit: Desk, card_id: str, name: str, lines: list[Line]) -> str:
    """Keep the lines to be deposited, and return the name of the file.

    Raises:
        Refusal: the account, or the card, takes no codes.
    """
    check_right(visit.app, CARD)
    file_id, appid, to_stock = secrets.token_hex(16), visit.app.appid, bool(visit.form.get("to_stock"))
    await visit.change(
        "card.deposit",
        lambda tx: keep_code_file(tx, appid, card_id, file_id, name or "codes", lines, to_stock, visit.now),
        card_id,
        lines=len(lines),
    )
    visit.platform.code_files.ring()
    return file_id


@desk("/console/{appid}/cards/{card_id}/codes/{file_id}", sees="card.see")
async def progress(visit: Desk) -> Response:
    """Show how far the work on a file has come, and in the end what became of its lines."""
    file = await load_file(visit)
    if "application/json" in visit.request.headers.get("accept", ""):
        return visit.answer({"done": file.done, "over": file.status != WAITING})
    rows = await visit.read(lambda tx: first(tx, visit.app.appid, file.file_id))
    reasons = {reason: visit.text(text) for reason, text in REASONS.items()}
    return visit.show(
        "console/card_codes.html",
        file=file,
        rows=[(line, code[:SHOWN_CODE], reasons[reason]) for line, code, reason in rows],
        waiting=file.status == WAITING,
        failed=failed(visit, file),
        back=console_path(visit.app.appid, f"cards/{file.card_id}"),
    )


def first(tx: Tx, appid: str, file_id: str) -> list[tuple[int, str, str]]:
    """Return the first lines of a report."""
    return [row for row, _ in zip(read_report(tx, appid, file_id), range(SHOWN_LINES), strict=False)]


@desk("/console/{appid}/cards/{card_id}/codes/{file_id}/report.csv", sees="card.see")
async def report(visit: Desk) -> Response:
    """Return every line that added no code, with the reason, as CSV that spreadsheets open."""
    file = await load_file(visit)
    rows = await visit.read(lambda tx: list(read_report(tx, visit.app.appid, file.file_id)))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((visit.text("行"), visit.text("券码"), visit.text("原因")))
    reasons = {reason: visit.text(text) for reason, text in REASONS.items()}
    writer.writerows((line, inert(code[:SHOWN_CODE]), reasons[reason]) for line, code, reason in rows)
    headers = {"content-disposition": f'attachment; filename="report-{file.file_id[:8]}.csv"'}
    # With a byte order mark, so that spreadsheets read it as UTF-8.
    return Response(b"\xef\xbb\xbf" + out.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


async def load_file(visit: Desk) -> CodeFile:
    """Return the file that the path names.

    Raises:
        NotHere: the card has no such file.
    """
    appid, file_id = visit.app.appid, visit.path["file_id"]
    file = await visit.read(lambda tx: load_code_file(tx, appid, file_id))
    if file is None or file.card_id != visit.path["card_id"]:
        raise NotHere
    return file


def failed(visit: Desk, file: CodeFile) -> Said | None:
    """Return why the rest of a file was not deposited, None where it was."""
    if file.status != FAILED:
        return None
    failure = msgspec.json.decode(file.failure, type=Failure)
    told = explain(failure.errcode, failure.cause, failure.facts)
    return Said(failure.errcode, told.errmsg, list(told.lines(visit.language).values()), "")
