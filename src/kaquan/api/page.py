"""Plain pages of cards, in Chinese or English; whatever a merchant typed is escaped."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import Literal
from urllib.parse import quote

from kaquan.actions.show_cards import ShownCard, ShownPage
from kaquan.api.encode import Raw
from kaquan.rules.card_tables import COLORS

Language = Literal["zh", "en"]

HTML = "text/html; charset=utf-8"
# Styles from this host, pictures from wherever merchants keep theirs, and nothing else: no script at all.
POLICY = "default-src 'none'; style-src 'self'; img-src http: https:; base-uri 'none'; form-action 'none'"
ALONE = f"{POLICY}; frame-ancestors 'none'"
TEXTS = {
    "zh": {"claim": "领取", "gone": "已领完", "none": "这里没有可领取的卡券", "missing": "页面不存在"},
    "en": {"claim": "Get it", "gone": "None left", "none": "No cards here", "missing": "No such page"},
}
DOCUMENT = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{title}</title>
<link rel="stylesheet" href="../style/cards">
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
CARD = """<li class="card {color}">
<img src="{picture}" alt="">
<p class="brand">{brand}</p>
<p class="title">{title}</p>
{claim}
</li>"""
STYLE = files("kaquan.api").joinpath("cards.css").read_text("utf-8") + "".join(
    f".{name} {{ background: {value}; }}\n" for name, value in COLORS.items()
)


def language_of(accepted: str) -> Language:
    """Return the language of a page by Accept-Language: the one of ours wanted most, else Chinese."""
    wanted = {"zh": 0.0, "en": 0.0}
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        language = name.partition("-")[0]
        if language in wanted:
            wanted[language] = max(wanted[language], _weight(weight))
    return "en" if wanted["en"] > wanted["zh"] else "zh"


def page_of_cards(page: ShownPage | None, scan_id: str, language: Language, alone: bool = True) -> Raw:
    """Return a page of cards, each with its way to the claim; status 404 without a page.

    Args:
        page: what it shows.
        scan_id: the ticket the cards are claimed with.
        language: of the page's own words.
        alone: the page may not stand in a frame.
    """
    texts = TEXTS[language]
    if page is None:
        return _html(texts["missing"], f"<p>{texts['missing']}</p>", language, ALONE, 404)
    banner = f'<img class="banner" src="{escape(page.banner)}" alt="">\n' if page.banner else ""
    heading = f"<h1>{escape(page.title)}</h1>\n" if alone else ""
    cards = "\n".join(_card(one, scan_id, texts) for one in page.cards)
    listed = f"<ul>\n{cards}\n</ul>" if cards else f"<p>{texts['none']}</p>"
    return _html(page.title, banner + heading + listed, language, ALONE if alone else POLICY)


def _card(card: ShownCard, scan_id: str, texts: dict[str, str]) -> str:
    way = f"../q/{quote(scan_id)}?card_id={quote(card.card_id)}"
    claim = f'<a href="{way}" target="_top">{texts["claim"]}</a>' if card.quantity > 0 else f"<em>{texts['gone']}</em>"
    shown = {"brand": escape(card.brand), "title": escape(card.title), "picture": escape(card.picture)}
    return CARD.format(color=card.color if card.color in COLORS else "", claim=claim, **shown)


def _html(title: str, body: str, language: Language, policy: str, status: int = 200) -> Raw:
    text = DOCUMENT.format(language=language, title=escape(title), body=body)
    return Raw(text.encode(), HTML, status=status, policy=policy)


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
