"""From an errcode, its cause and the facts of a case to words a person can act on, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from kaquan.errors.catalogue import CATALOGUE, Cause, describe
from kaquan.errors.fill import FILLER, plain
from kaquan.errors.mistakes import in_words

Language = Literal["zh", "en"]

SHORT = 300
PHRASES = ("expected", "got", "repair")
FIXED = ("path", "did_you_mean", *PHRASES)
LABELS = {
    "zh": {
        "cause": "原因：",
        "path": "位置：",
        "expected": "应为：",
        "got": "实际：",
        "did_you_mean": "是否想写：",
        "repair": "最小改动：",
        "fix": "处理：",
    },
    "en": {
        "cause": "cause: ",
        "path": "where: ",
        "expected": "expected: ",
        "got": "got: ",
        "did_you_mean": "did you mean: ",
        "repair": "smallest change: ",
        "fix": "fix: ",
    },
}
_KIND = {
    "text": "字符串",
    "integer": "整数",
    "boolean": "布尔值",
    "object": "对象",
    "string": "字符串",
    "number": "数字",
}
_VALUE = re.compile(rf"(?P<list>list of )?(?P<kind>{'|'.join(_KIND)})(?P<value> .*)?", re.DOTALL)
# The facts say in English what was expected and what came; these are the forms they have.
_CHINESE = tuple(
    (re.compile(pattern, re.DOTALL), chinese)
    for pattern, chinese in (
        (r"nothing", "没有传"),
        (r"any value", "任意值"),
        (r"list of (\d+)", r"\1 项的数组"),
        (r"(\d+) bytes", r"\1 字节"),
        (r"(\d+) characters", r"\1 个字符"),
        (r"at most (\d+) bytes \((\d+) Chinese characters\)", r"不超过 \1 字节（\2 个汉字）"),
        (r"at most (\d+)", r"不超过 \1"),
        (r"at most (\d+) characters", r"不超过 \1 个字符"),
        (r"text without U\+0000", "不含 U+0000 的字符串"),
        (r"text that is not blank", "不是空白的字符串"),
        (r"1 to (\d+) names joined by commas", r"1 至 \1 个以英文逗号连接的类目名"),
        (r"digits and - between them", "数字，中间用 - 隔开"),
        (r"at least one photo_url, or no photo_list", "至少一个 photo_url，或不传 photo_list"),
        (r"one of (.+)", r"\1 之一"),
        (r"(-?\d+) to (-?\d+)", r"\1 至 \2"),
        (r"(\d+) to (\d+) days", r"\1 至 \2 天"),
        (r"(\d+) to (\d+) bytes", r"\1 至 \2 字节"),
        (r"at most (\d+) bytes", r"不超过 \1 字节"),
        (r"(\d+) to (\d+) cards", r"\1 至 \2 张卡券"),
        (r"another card", "另一张卡券"),
        (r"is_to_all true, or tag_id", "is_to_all 为 true，或 tag_id"),
        (r"(\d+) or more", r"不小于 \1"),
        (r"more than (\d+)", r"大于 \1"),
        (r"seconds, at most (\d+)", r"以秒为单位，不超过 \1"),
        (r"time in seconds", "以秒为单位的时间"),
        (r"http:// or https:// address", "以 http:// 或 https:// 开头的地址"),
        (r"no (\S+) with (\S+) (\S+)", r"\2 为 \3 时不传 \1"),
        (r"string holding JSON", "内容为 JSON 的字符串"),
        (r"o and (\d+) of (.+)", r"以 o 开头、后接 \1 个 \2 中的字符"),
        (r"(\d+) to (\d+) of (.+)", r"\1 至 \2 个 \3 中的字符"),
        (r"(\d+) of (.+)", r"\1 个 \2 中的字符"),
        (r"false, or the permission", "false，或先取得权限"),
        (r"(\S+) with deposit mode", r"存入模式下为 \1"),
        (r"(\S+) in deposit mode", r"存入模式下为 \1"),
        (r"a (?:link|name), with (\S+) set", r"填写，因为已有 \1"),
        (r"([A-Z_]+) or ([A-Z_]+)", r"\1 或 \2"),
        (r"without (.+)", r"去掉 \1"),
        (r'(".+") instead of (".+")', r"把 \2 改为 \1"),
    )
)


class Diagnosis(msgspec.Struct, frozen=True):
    """Why a call failed; a text is empty where there is none.

    Args:
        errcode: of the answer.
        errmsg: the canonical text, ``text`` on the wire.
        cause: key of the cause in the catalogue.
        zh, en: what is wrong.
        fix_zh, fix_en: what to do.
        path, expected, got: where in the request, what belongs there and what came.
        did_you_mean: the name or value that was likely meant.
        repair: the smallest change that makes the call pass.
        facts: the facts of the case as they were recorded.
    """

    errcode: int
    errmsg: str = msgspec.field(name="text")
    cause: str
    zh: str
    en: str
    fix_zh: str
    fix_en: str
    path: str
    expected: str
    got: str
    did_you_mean: str
    repair: str
    facts: dict[str, Any]

    def text(self, lang: str = "en") -> str:
        """Return a block of labelled lines for a terminal, in ``zh`` or ``en``."""
        lines = self.lines("zh" if lang == "zh" else "en")
        return "\n".join([f"{self.errcode} {self.errmsg}".rstrip(), *lines.values()])

    def short(self, lang: str = "en") -> str:
        """Return one line of at most 300: the cause and the smallest change, else the likely name, else what to do."""
        language: Language = "zh" if lang == "zh" else "en"
        lines = self.lines(language)
        fix = lines.get("fix", "").removeprefix(LABELS[language]["fix"])
        end = lines.get("repair") or lines.get("did_you_mean") or fix
        line = " ".join(f"{self._said(language) or self.cause} {end}".split())
        return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"

    def _said(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def lines(self, language: Language) -> dict[str, str]:
        """Return the labelled lines that have something to say, by the name of what they say."""
        known = {"cause": self._said(language) or self.cause, "fix": self.fix_zh if language == "zh" else self.fix_en}
        for name in FIXED:
            text = getattr(self, name)
            known[name] = _phrase(text, language) if name in PHRASES else text
        return {name: f"{label}{known[name]}" for name, label in LABELS[language].items() if known[name]}


def explain(errcode: int, cause: str, facts: Mapping[str, Any]) -> Diagnosis:
    """Return the diagnosis of a refusal.

    Args:
        errcode: of the answer.
        cause: key of the cause; one that this version does not describe gives a diagnosis without texts.
        facts: of the case, JSON values; ``path``, ``expected``, ``got``, ``did_you_mean`` and ``repair`` have a place
            of their own in the diagnosis.
    """
    entry = CATALOGUE.get(int(errcode))
    texts = describe(int(errcode), cause) or _UNKNOWN
    fixed = {name: plain(facts.get(name)) for name in FIXED}
    chinese = {**facts, **{name: _phrase(fixed[name], "zh") for name in PHRASES}, **in_words(facts, "zh")}
    english = {**facts, **in_words(facts, "en")}
    return Diagnosis(
        errcode=int(errcode),
        errmsg=FILLER.vformat(entry.text, (), facts) if entry else "",
        cause=cause,
        zh=FILLER.vformat(texts.zh, (), chinese),
        en=FILLER.vformat(texts.en, (), english),
        fix_zh=FILLER.vformat(texts.fix_zh, (), chinese),
        fix_en=FILLER.vformat(texts.fix_en, (), english),
        **fixed,
        facts=dict(facts),
    )


_UNKNOWN = Cause("", "", "", "")


def _phrase(text: str, language: Language) -> str:
    """Return what was expected or came in the reader's language."""
    if language == "en":
        return text
    for pattern, chinese in _CHINESE:
        if found := pattern.fullmatch(text):
            return found.expand(chinese)
    if found := _VALUE.fullmatch(text):
        return f"{_KIND[found['kind']]}{'数组' if found['list'] else ''}{found['value'] or ''}"
    return text
