"""Papers of applications for whoever may see them: to be saved, and never shown or run on an address of ours."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from kaquan.actions.keep_paper import load_paper
from kaquan.web.desk import Desk
from kaquan.web.visit import NotHere

POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


async def download(visit: Desk, appid: str) -> Response:
    """Return a paper of an account as a file to save.

    Raises:
        NotHere: the account has no such paper.
    """
    digest = visit.path["digest"]
    found = await visit.read(lambda tx: load_paper(tx, appid, digest))
    if found is None:
        raise NotHere
    paper, body = found
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(paper.name, safe='')}",
        "content-security-policy": POLICY,
        "cache-control": "no-store",
    }
    return Response(body, media_type="application/octet-stream", headers=headers)
