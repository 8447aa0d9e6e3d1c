"""What becomes of a page's address on its way to where it is signed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit
from urllib.parse import quote as _quote

SHARED = re.compile(r"(?<=[?&])(?:from|isappinstalled|nsukey|scene|clicktime|enterid)=[^&]*(?:&|$)")
ADDED = (
    "?from=singlemessage&isappinstalled=0",
    "&from=singlemessage&isappinstalled=0",
    "&from=singlemessage",
    "&from=timeline&isappinstalled=0",
    "&from=groupmessage&isappinstalled=0",
    "?from=singlemessage",
)
PORTS = {"http": 80, "https": 443}
COMPONENT = "!'()*~"
WHOLE = "!#$&'()*+,/:;=?@~%"

# A text of a command line may hold what no encoding has.
quote = partial(_quote, errors="replace")


def fragment(url: str, page: str) -> Iterator[str]:
    """Sign what stands behind #."""
    if "#" in page:
        yield page
        yield page.replace("#", "")
        yield f"{url}#"
    else:
        yield f"{url}#"
        yield f"{url}#/"


def query_lost(url: str, page: str) -> Iterator[str]:
    """Sign without the query, or only with what stands before its first &, as an unescaped parameter leaves it."""
    yield url.partition("?")[0]
    if "&" in url:
        yield url.partition("&")[0]
        yield url.rpartition("&")[0]


def share_suffix(url: str, page: str) -> Iterator[str]:
    """Sign without what the client adds to a shared page."""
    bare = SHARED.sub("", url).rstrip("&?")
    if bare != url:
        yield bare
        yield f"{bare}?"
    for suffix in ADDED:
        yield url + suffix


def encoded(url: str, page: str) -> Iterator[str]:
    """Sign the address percent-encoded."""
    yield quote(url, safe=COMPONENT)
    yield quote(url, safe="")
    yield quote(url, safe=WHOLE)
    yield quote(url, safe=WHOLE.replace("%", ""))
    yield re.sub("%..", lambda found: found[0].lower(), quote(url, safe=COMPONENT))


def decoded(url: str, page: str) -> Iterator[str]:
    """Sign the address with its percent-encoding taken off."""
    yield unquote(url)
    yield unquote_plus(url)
    yield url.replace("+", " ")


def escaped(url: str, page: str) -> Iterator[str]:
    """Sign the address as it stands in HTML."""
    yield url.replace("&", "&amp;")
    yield html.escape(url)
    yield url.replace("&", "&amp;amp;")
    yield url.replace("/", "\\/")


def unescaped(url: str, page: str) -> Iterator[str]:
    """Sign the address with its entities taken off."""
    yield html.unescape(url)


def scheme(url: str, page: str) -> Iterator[str]:
    """Sign another scheme, as a server behind a proxy sees it, or none."""
    name, mark, rest = url.partition("://")
    if mark:
        yield from (f"{other}://{rest}" for other in ("http", "https") if other != name)
        yield f"//{rest}"
        yield rest


def port(url: str, page: str) -> Iterator[str]:
    """Sign without the port, or with one that the address does not show."""
    split = _split(url)
    if split is None:
        return
    host, mark, number = split.netloc.rpartition(":")
    if mark and number.isdecimal():
        yield split._replace(netloc=host).geturl()
        return
    for one in dict.fromkeys((PORTS.get(split.scheme, 80), 80, 443, 8080, 8000, 3000, 5000, 8443)):
        yield split._replace(netloc=f"{split.netloc}:{one}").geturl()


def path_only(url: str, page: str) -> Iterator[str]:
    """Sign the path alone, as frameworks give it."""
    split = _split(url)
    if split is not None:
        local = split._replace(scheme="", netloc="")
        yield local.geturl()
        yield local._replace(query="").geturl()


def host_only(url: str, page: str) -> Iterator[str]:
    """Sign the beginning of the address: the host, or a folder."""
    split = _split(url)
    if split is not None:
        home = f"{split.scheme}://{split.netloc}"
        folder = split.path.rpartition("/")[0]
        yield from (home, f"{home}/", f"{home}{folder}", f"{home}{folder}/", split.netloc)


def slash(url: str, page: str) -> Iterator[str]:
    """Sign with a / more or less at the end of the path."""
    split = _split(url)
    if split is None:
        return
    path = split.path
    yield split._replace(path=path[:-1] if path.endswith("/") else f"{path}/").geturl()
    yield url[:-1] if url.endswith("/") else f"{url}/"


def index_page(url: str, page: str) -> Iterator[str]:
    """Sign with or without the file that a folder is answered with."""
    split = _split(url)
    if split is None:
        return
    for name in ("index.html", "index.php", "index.htm"):
        if split.path.endswith(f"/{name}"):
            yield split._replace(path=split.path.removesuffix(name)).geturl()
        elif split.path.endswith("/"):
            yield split._replace(path=split.path + name).geturl()


def letters(url: str, page: str) -> Iterator[str]:
    """Sign in small letters."""
    yield url.lower()
    split = _split(url)
    if split is not None:
        yield split._replace(netloc=split.netloc.lower()).geturl()


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


URLS: dict[str, Callable[[str, str], Iterator[str]]] = {
    "url_fragment": fragment,
    "url_escaped": escaped,
    "url_unescaped": unescaped,
    "url_share_suffix": share_suffix,
    "url_query_lost": query_lost,
    "url_scheme": scheme,
    "url_port": port,
    "url_path_only": path_only,
    "url_host_only": host_only,
    "url_slash": slash,
    "url_index": index_page,
    "url_encoded": encoded,
    "url_decoded": decoded,
    "url_letters": letters,
}
"""The mistakes in an address; each takes the address that should be signed and the page's with its fragment."""
