"""The pages of docs/errors: every errcode with its causes, an example of each out of the transcripts, and its order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kaquan.actions.keep_call import FailedCall
from kaquan.actions.manage_app import new_app
from kaquan.api import precedence
from kaquan.api.repair import Repaired, difference, repair
from kaquan.api.route import ROUTES
from kaquan.errors.catalogue import CATALOGUE, SHARED, Cause, Entry
from kaquan.errors.order import Given, Step, steps
from kaquan.rules import authorize, js_call
from wire.cases import FOLDER, NAME, PEOPLE, STEP, Case, body_of, cases, files, repeated

GROUPS = (
    ("The service itself 平台自身", range(-1, 0)),
    ("On the consent page 授权页", range(10000, 11000)),
    ("Something is invalid 不合法", range(40000, 41000)),
    ("Something is missing 缺少", range(41000, 42000)),
    ("Tokens and frequency 过期与频率", range(42000, 43000)),
    ("Method, rights, conditions 请求方法、权限与前提", range(43000, 44000)),
    ("Something is empty 内容为空", range(44000, 45000)),
    ("Limits 上限与冲突", range(45000, 46000)),
    ("Format 格式", range(47000, 48000)),
    ("Permission 接口权限", range(48000, 50000)),
    ("Calls of pages 网页的调用", range(63000, 64000)),
    ("Stores 门店", range(65000, 66000)),
    ("Cards 卡券", range(72000, 74000)),
    ("Questions about calls 调用的查询", range(76000, 77000)),
    ("Our own 本平台自有", range(9990000, 9999999)),
)
# What a value of a kind may look like; of the transcripts' names the number counts.
SAMPLES = {
    "card": "pKaquanExampleCardNumber{:04d}",
    "code": "{:012d}",
    "token": "ACCESS_TOKEN_{}",
    "ticket": "WX_CARD_TICKET_{}",
    "qr": "QR_TICKET_{}",
    "escaped": "QR_TICKET_{}",
    "scan": "SCAN_{}",
    "encrypted": "ENCRYPTED_CODE_{}",
    "rid": "65530d2f-0a1b2c3d-4e5f6071",
    "time": "1700000000",
    "id": "12345678901234567",
    "ms": "1",
    "poi": "27148377{}",
    "appid": "wx0123456789abcdef",
    "secret": "SECRET",
    "base": "http://127.0.0.1:8000",
}
NOW = 1_700_000_000
LONGEST_LINE, MOST_LINES, MOST_BEFORE = 160, 60, 3
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)[^{}]*\}(?!\})")
MERCHANT = new_app("wx0123456789abcdef", "secret", "Kaquan", "name", "gh", sandbox=False, review="auto")
HEAD = "| 错误 what is wrong | 错 wrong | 对 right |\n|---|---|---|"
ALIKE: dict[int, str] = {
    int(number): text
    for text, numbers in {
        "every call with an access token 所有需要 access_token 的调用": "41001 40014 42001 40001",
        "every call 所有调用": "43001 43002",
        "every call that needs a right 所有需要权限的调用": "48004 48001",
        "every call that is counted (`/card/*`, `/cgi-bin/*`) 所有计次的调用": "45009 45011 42005",
        "every call with a body and an `Idempotency-Key` 带请求体和 `Idempotency-Key` 的调用": "9990001",
        "every call that takes a JSON body 所有接收 JSON 请求体的调用": "44002 47001",
        "any call at any moment 任何调用，任何时候": "-1",
    }.items()
    for number in numbers.split()
}
SHARED_STEPS = steps(
    (
        *precedence.TOKEN,
        *precedence.METHOD.values(),
        precedence.SUSPENDED,
        *precedence.RIGHT.values(),
        *precedence.FREQUENCY,
        precedence.SIZE,
        precedence.KEY,
        *precedence.JSON,
    )
)
SHARED_GIVEN = frozenset(given for one in SHARED_STEPS for given in one.given)


@dataclass(frozen=True)
class Example:
    """A refused request of a transcript.

    Args:
        case: where it stands.
        before: what was done before it, with the account's line.
        request: its method and path.
        body: JSON text, empty where there is none.
        answer: its answer.
        repaired: what becomes of the body.
    """

    case: Case
    before: tuple[str, ...]
    request: str
    body: str
    answer: str
    repaired: Repaired | None


def sample(name: str) -> str:
    """Return what a name of a transcript may stand for."""
    if name in PEOPLE:
        return f"oKaquanExamplePerson{name.title():_<8}"
    kind = name.rstrip("0123456789").rpartition("_")[2]
    number = int(name[len(name.rstrip("0123456789")) :] or 1)
    return SAMPLES.get(kind, "{}").format(number) if kind != "left" else str(number)


def filled(text: str) -> str:
    """Return a text of a transcript with samples for its names."""
    return NAME.sub(lambda found: sample(found[1]), repeated(text))


@cache
def examples() -> dict[Given, Example]:
    """Return for each errcode with a cause the request that shows it best."""
    found: dict[Given, tuple[tuple[bool, bool], Example]] = {}
    for file in sorted(files(), key=lambda one: (one != FOLDER / "card/create.txt", one)):
        for case in cases(file):
            for given, worth, example in _of_case(case):
                if given not in found or worth < found[given][0]:
                    found[given] = worth, example
    return {given: example for given, (_, example) in found.items()}


def _of_case(case: Case) -> Iterator[tuple[Given, tuple[bool, bool], Example]]:
    before = [f"@ {case.account}"] if case.account else []
    for request, answer, cause in case.steps:
        step = STEP.fullmatch(request)
        if cause and step:
            errcode = json.loads(filled(answer[2:]))["errcode"]
            body = "" if step["body"] is None else body_of(filled(step["body"]))
            path = step["path"].partition("?")[0]
            # A whole card shows a mistake in it better than a torn-off piece.
            short = path == "/card/create" and not (step["body"] or "").startswith(("GROUPON", "CASH", "MOVIE"))
            worth = short, bool(step["who"])
            yield (
                (errcode, cause.split()[1]),
                worth,
                Example(
                    case,
                    tuple(before),
                    f"{step['method']} {filled(path)}",
                    body,
                    filled(answer[2:]),
                    _repaired(path, body),
                ),
            )
        if not cause:
            before.append(filled(request).removeprefix("> "))


def _repaired(path: str, body: str) -> Repaired | None:
    kept = FailedCall("", NOW, 0, "POST", path, "", body, "", 0, "", "{}", "")
    found = repair(kept, MERCHANT, NOW)
    return found if found.changes and not found.left else None


def pages() -> dict[str, str]:
    """Return the text of each page by the name of its file."""
    return {"README.md": index(), **{f"{entry.code}.md": page(entry) for entry in CATALOGUE.values()}}


def page(entry: Entry) -> str:
    """Return the page of one errcode."""
    lines = [f"# {entry.code}", "", f"`{entry.text}`", ""]
    lines += [f"另有文本 other texts: {_texts(entry)}", ""] if _texts(entry) else []
    lines += ["可以重试 The same call may be repeated.", ""] if entry.retry else []
    lines += _comparison(entry)
    for key, cause in entry.causes.items():
        lines += _cause(entry, key, cause)
    lines += _where(entry)
    lines += ["", "[全部错误码 all errcodes](README.md)"]
    return "\n".join(lines) + "\n"


def _texts(entry: Entry) -> str:
    return ", ".join(f"`{cause.text}`" for cause in entry.causes.values() if cause.text)


def _comparison(entry: Entry) -> Iterator[str]:
    """Yield the table of wrong and right where at least one cause can be repaired."""
    rows = [row for key in entry.causes if (row := _row(entry, key))]
    if rows:
        yield from ("## 错与对 Wrong and right", "", HEAD, *rows, "")


def _row(entry: Entry, key: str) -> str:
    example = examples().get((entry.code, key))
    if example is None or example.repaired is None:
        return ""
    lines = list(difference(example.body, example.repaired.body, 0))
    wrong, right = (_cell(lines, sign) for sign in "-+")
    return f"| [`{key}`](#{key}) | {wrong or '（没有 nothing）'} | {right or '（去掉 left out）'} |"


def _cell(lines: list[str], sign: str) -> str:
    told = [line[1:].strip().rstrip(",") for line in lines if line.startswith(sign)]
    return "<br>".join(f"`{_cut(one)}`".replace("|", "\\|") for one in told if one not in "{}[]")


def _cause(entry: Entry, key: str, cause: Cause) -> Iterator[str]:
    yield from (f"## {key}", "")
    yield from (f"- 原因：{_shown(cause.zh)}", f"- 处理：{_shown(cause.fix_zh)}")
    yield from (f"- cause: {_shown(cause.en)}", f"- fix: {_shown(cause.fix_en)}", "")
    example = examples().get((entry.code, key))
    if example is not None:
        yield from _example(example)


def _shown(template: str) -> str:
    """Return a text of the catalogue with its facts in italics."""
    return PLACEHOLDER.sub(lambda found: f"*{found[1]}*", template).replace("{{", "{").replace("}}", "}")


def _example(example: Example) -> Iterator[str]:
    told = [_cut(line) for line in example.before if line[:1] in "@+"]
    told += [_cut(line) for line in example.before if line[:1] not in "@+"][-MOST_BEFORE:]
    if told:
        yield from ("之前 before:", "", "```", *told, "```", "")
    yield from ("```", example.request, *_lines(example.body), "", _cut(example.answer, 600), "```", "")
    if example.repaired is not None:
        yield from (f"修复 repaired — {example.repaired.zh} {example.repaired.en}", "")
        yield from ("```diff", *map(_cut, difference(example.body, example.repaired.body)), "```", "")


def _lines(body: str) -> list[str]:
    """Return a body as it is read best: on one line where it fits, else a member a line, cut where it is endless."""
    if len(body) <= LONGEST_LINE:
        return [body] if body else []
    try:
        lines = json.dumps(json.loads(body), ensure_ascii=False, indent=2).splitlines()
    except ValueError:
        return [_cut(body)]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES // 2], "…", *lines[-MOST_LINES // 2 :]]
    return [_cut(line) for line in lines]


def _cut(text: str, most: int = LONGEST_LINE) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _where(entry: Entry) -> Iterator[str]:
    """Yield where the errcode stands in the order of each endpoint."""
    yield from ("## 在哪里 Where", "")
    if entry.code in ALIKE:
        yield f"- {ALIKE[entry.code]}"
    for path, endpoint in sorted(ROUTES.items()):
        yield from _place(path, own_order(endpoint.order), entry)
    for path, texts in ((authorize.PATH, authorize.REFUSES), *js_call.PAGES.items()):
        yield from _place(path, list(steps(texts)), entry)
    yield from ("", "先检查的先返回；加粗的是本错误码。 The first that fails is answered; this errcode stands bold.")


def _place(path: str, order: list[Step], entry: Entry) -> Iterator[str]:
    if any(errcode == entry.code for one in order for errcode, _ in one.given):
        yield f"- `{path}`: {_order(order, entry.code)}"


def own_order(order: tuple[Step, ...]) -> list[Step]:
    """Return the steps of an endpoint behind those that every call shares."""
    return [one for one in order if not SHARED_GIVEN.issuperset(one.given)]


def _order(order: list[Step], marked: int = 0) -> str:
    return " → ".join(
        " / ".join(_number(int(errcode), causes, marked) for errcode, causes in one.refusals) for one in order
    )


def _number(errcode: int, causes: tuple[str, ...], marked: int) -> str:
    return f"**{errcode}** ({', '.join(causes)})" if errcode == marked else f"[{errcode}]({errcode}.md)"


def index() -> str:
    """Return the list of all errcodes, and the order in which every call is checked."""
    lines = [INDEX_HEAD]
    for title, numbers in GROUPS:
        found = [entry for entry in CATALOGUE.values() if entry.code in numbers]
        lines += [f"\n## {title}\n", "| errcode | errmsg | 原因 causes |", "|---|---|---|"] if found else []
        lines += [_index_row(entry) for entry in found]
    lines += [REHEARSED_HEAD]
    lines += [f"- `{key}`: {_shown(cause.zh)} {_shown(cause.en)}" for key, cause in SHARED.items()]
    lines += ["\n## 每个接口的检查顺序 The order of each endpoint\n", ORDER_HEAD]
    lines += [
        f"| `{path}` | {_order(own_order(endpoint.order)) or '–'} |"
        for path, endpoint in sorted(ROUTES.items())
        if endpoint.token or own_order(endpoint.order)
    ]
    return "\n".join(lines) + "\n"


def _index_row(entry: Entry) -> str:
    return f"| [{entry.code}]({entry.code}.md) | `{entry.text}` | {', '.join(entry.causes) or '–'} |"


REHEARSED_HEAD = """
## 预演 Rehearsed

沙盒账号预演的故障可以是任何错误码。 A sandbox account may rehearse any errcode:
"""
INDEX_HEAD = """# 错误码 Errcodes

每个错误码一页：原因、处理、真实的请求与应答、修复后的请求，以及它在检查顺序里的位置。一次失败的调用用
`kaquan explain RID` 查原因。

A page per errcode: its causes, what to do, a real request with its answer, the repaired request, and where it stands in
the order of checks. `kaquan explain RID` tells the cause of one call, and the body that would have passed.

## 检查顺序 The order of checks

每次调用按以下顺序检查，先不通过的先返回：

Every call is checked in this order, and the first check that fails is answered:

1. access_token: [41001](41001.md), [40014](40014.md), [42001](42001.md), [40001](40001.md)
2. 请求方法 method: [43002](43002.md), [43001](43001.md)
3. 权限 rights: [48004](48004.md), [48001](48001.md)
4. 频率 frequency: [45009](45009.md), [45011](45011.md), [42005](42005.md)
5. 请求体 body: [47001](47001.md) (too large), [9990001](9990001.md), [44002](44002.md), [47001](47001.md)
6. card_id: [41012](41012.md), [40073](40073.md), [48001](48001.md) (another account's card)
7. 必填字段 required fields: [40053](40053.md), [41011](41011.md) (profile lenient)
8. 类型 types: [40053](40053.md)
9. 长度 lengths: [45021](45021.md)
10. 字段规则 rules of fields
11. 状态规则 rules of state

第 6 步起各接口的顺序见[下表](#每个接口的检查顺序-the-order-of-each-endpoint)。
[-1](-1.md) 随时可能出现。 What follows from step 6 on for each endpoint stands in the table at the end of this page;
[-1](-1.md) may come at any moment."""
ORDER_HEAD = """同一步里的错误码用 / 隔开；多个字段都有错时，先答字段顺序靠前的。

Errcodes of one step are set off by /; of several fields the first in the order of the reference is answered.

| 接口 endpoint | 顺序 order |
|---|---|"""
