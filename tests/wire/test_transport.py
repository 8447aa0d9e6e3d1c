"""The wire below the calls: status, headers, one line of JSON, and bodies that are too large, cut or oddly sent."""

from __future__ import annotations

import json
import re
import socket
from urllib.parse import quote, urlsplit

import pytest

from support.api import Api
from wire.answers import exchange, refusal, send
from wire.kept import Kept

JSON = "application/json; charset=utf-8"
GOOD = b'{"offset":0,"count":1}'
EMPTY = {"errcode": 0, "errmsg": "ok", "card_id_list": [], "card_list": [], "total_num": 0}


def raw(api: Api, data: bytes, until: bytes) -> bytes:
    """Send bytes as they are and return what comes back, up to and with these."""
    address = urlsplit(api.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as link:
        link.sendall(data)
        got = b""
        while until not in got and (more := link.recv(65536)):
            got += more
    return got


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "text/xml", "\x80"])
def test_the_content_type_of_a_request_is_not_looked_at(api: Api, content_type: str) -> None:
    target = f"/card/batchget?access_token={api.token}"
    status, headers, body = exchange(api, "POST", target, GOOD, content_type=content_type)
    assert (status, headers["content-type"], json.loads(body)) == (200, JSON, EMPTY)


def test_an_answer_is_one_line_of_json_with_its_length(api: Api) -> None:
    for target in ("/card/getcolors?", "/card/get?", "/nowhere?"):
        status, headers, body = exchange(api, "POST", f"{target}access_token={api.token}", GOOD)
        assert (status, headers["content-type"]) == (200, JSON)
        assert int(headers["content-length"]) == len(body)
        assert b"\n" not in body
        assert re.match(rb'\{"errcode":-?\d+,"errmsg":"', body)


def test_a_byte_order_mark_and_escapes_are_read(api: Api) -> None:
    assert send(api, "POST", "/card/batchget", b"\xef\xbb\xbf " + GOOD + b"\r\n") == EMPTY
    assert send(api, "POST", "/card/batchget", rb'{"\u006fffset":0,"count":1}') == EMPTY


def test_of_a_member_sent_twice_the_last_counts(api: Api, kept: Kept) -> None:
    assert send(api, "POST", "/card/batchget", b'{"offset":-1,"count":1,"offset":0}') == EMPTY
    assert refusal(kept, api, send(api, "POST", "/card/batchget", b'{"offset":0,"count":1,"offset":-1}')) == (
        "40097 negative"
    )


@pytest.mark.parametrize("text", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", rb"\ud800"])
def test_a_text_that_is_no_unicode_is_told_so(api: Api, kept: Kept, text: bytes) -> None:
    assert refusal(kept, api, send(api, "POST", "/card/get", b'{"card_id":"' + text + b'"}')) == "47001 not_json"


def test_an_unknown_path_is_offered_its_neighbour(api: Api, kept: Kept) -> None:
    answer = send(api, "POST", "/card/code/consum", GOOD)
    assert answer["errmsg"].startswith("unknown path rid: ")
    assert answer["errmsg"].endswith("did you mean: /card/code/consume")
    for path in ("/", "//card/get", "/card/get/", "/CARD/GET", "/card", "/card/%67et%00", "/%E6%B1%89", "/image"):
        assert refusal(kept, api, send(api, "POST", path, GOOD)) == "-1 unknown_path"


def test_a_percent_encoded_path_is_the_path(api: Api) -> None:
    assert send(api, "POST", "/card/%62atchget", GOOD) == EMPTY


@pytest.mark.parametrize("path", ["/card/membercard/activate", "/datacube/getcardmembercardinfo"])
def test_a_documented_path_that_is_not_built_yet_is_no_unknown_one(api: Api, kept: Kept, path: str) -> None:
    assert refusal(kept, api, send(api, "POST", path, GOOD)) == "48001 not_implemented"


def test_unknown_parameters_are_ignored_and_the_last_token_counts(api: Api, kept: Kept) -> None:
    token = quote(api.token).replace("_", "%5F").replace("-", "%2D")
    target = f"/card/batchget?x=1&&y&access_token=gone&access_token={token}&z=%00%ff;"
    assert api.raw("POST", target, GOOD) == EMPTY
    swapped = f"/card/batchget?access_token={api.token}&access_token="
    assert refusal(kept, api, api.raw("POST", swapped, GOOD)) == "41001 missing"


def test_a_head_request_gets_the_head_of_the_refusal(api: Api) -> None:
    status, headers, body = exchange(api, "HEAD", "/cgi-bin/token")
    assert (status, headers["content-type"], body) == (200, JSON, b"")


def test_a_large_body_is_refused_before_it_is_sent(api: Api) -> None:
    head = f"POST /card/get?access_token={api.token} HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n"
    answer = raw(api, head.encode(), b'"}')
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'{"errcode":47001,"errmsg":"data format error rid: ' in answer


def test_a_large_body_without_a_length_is_refused_on_the_way(api: Api) -> None:
    head = f"POST /card/get?access_token={api.token} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b"40000\r\n" + b" " * 0x40000 + b"\r\n"
    answer = raw(api, head.encode() + chunk * 5, b'"}')
    assert b'{"errcode":47001,"errmsg":"data format error rid: ' in answer


def test_a_body_in_chunks_is_put_together(api: Api) -> None:
    head = f"POST /card/batchget?access_token={api.token} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (GOOD[:5], GOOD[5:9], GOOD[9:]))
    assert raw(api, head.encode() + chunks + b"0\r\n\r\n", b"}").endswith(
        json.dumps(EMPTY, separators=(",", ":")).encode()
    )


def test_a_caller_that_hangs_up_in_the_middle_changes_nothing(api: Api) -> None:
    head = f"POST /card/batchget?access_token={api.token} HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n"
    address = urlsplit(api.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as link:
        link.sendall(head.encode() + GOOD)
    assert send(api, "POST", "/card/batchget", GOOD) == EMPTY


def test_bytes_after_the_length_are_not_read_as_the_body(api: Api) -> None:
    head = f"POST /card/batchget?access_token={api.token} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(GOOD)}\r\n\r\n"
    follower = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
    answers = raw(api, head.encode() + GOOD + follower, b"ok\n")
    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert answers.endswith(b"\r\n\r\nok\n")


def test_two_lengths_or_a_length_that_is_none_are_no_http(api: Api) -> None:
    for length in (b"-1", b"1x", b"0x10"):
        head = b"POST /card/get HTTP/1.1\r\nhost: x\r\ncontent-length: " + length + b"\r\n\r\n{}"
        assert raw(api, head, b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_long_texts_and_many_members_are_read_in_time(api: Api, kept: Kept) -> None:
    long = json.dumps({"card_id": "汉" * 300_000}, ensure_ascii=False).encode()
    many = json.dumps({f"m{number}": number for number in range(60_000)}).encode()
    assert refusal(kept, api, send(api, "POST", "/card/get", long)) == "40073 unknown"
    assert refusal(kept, api, send(api, "POST", "/card/get", many)) == "41012 missing"
