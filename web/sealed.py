"""The sealed file of a dossier, the answer to who asked what is held about them, and the whole
register, for who made it; from the disk, bit by bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from domain.errors import Refused
from services import access_file, register_export, sealed_export
from services.door import Actor
from services.spreadsheets import MIME, FileType


async def sealed(request: Request) -> Response:
    """Whatever is wrong has one answer."""
    number = str(request.path_params["number"])
    try:
        if not (number.isascii() and number.isdecimal()):
            raise Refused("not_found")
        path, name = await run_in_threadpool(sealed_export.fetch, request.state.session_id, int(number[:30]))
    except Refused:
        return PlainTextResponse("Not found", 404)
    headers = {"content-security-policy": "default-src 'none'; sandbox"}
    return FileResponse(path, media_type="application/octet-stream", filename=name, headers=headers)


async def register(request: Request) -> Response:
    """The same for the whole register."""
    return await _by_token(request, register_export.fetch, MIME[FileType.XLSX])


async def access(request: Request) -> Response:
    """The same for what somebody is given about themselves."""
    return await _by_token(request, access_file.fetch, "application/octet-stream")


async def _by_token(request: Request, fetch: Callable[[Actor, str], tuple[Path, str]], media_type: str) -> Response:
    token = str(request.path_params["token"])
    try:
        path, name = await run_in_threadpool(fetch, request.state.session_id, token[:64])
    except Refused:
        return PlainTextResponse("Not found", 404)
    headers = {"content-security-policy": "default-src 'none'; sandbox"}
    return FileResponse(path, media_type=media_type, filename=name, headers=headers)
