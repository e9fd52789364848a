"""ClamAV over its socket, where somebody set it up: WEERKLANK_CLAMD=unix:/run/clamav/clamd.ctl or tcp:host:port."""

from __future__ import annotations

import logging
import os
import socket
import struct

from domain.errors import Refused

PATIENCE = 10.0  # seconds for each answer
_PIECE = 256 * 1024  # bytes at a time
_log = logging.getLogger("weerklank.attachments")


def configured() -> bool:
    return bool(os.environ.get("WEERKLANK_CLAMD"))


def check(content: bytes) -> None:
    """Nothing, where no scanner is configured. Raises Refused: ``attachment_infected``, ``scanner_away`` (also when it
    answers something that is no verdict: what was not looked at is not let in)."""
    if not configured():
        return
    try:
        verdict = _ask(os.environ["WEERKLANK_CLAMD"], content)
    except (OSError, ValueError) as error:
        _log.error("the virus scanner cannot be reached: %s", type(error).__name__)
        raise Refused("scanner_away", "attachments") from error
    if verdict.endswith(b" FOUND"):
        _log.warning("a file was refused by the virus scanner")
        raise Refused("attachment_infected", "attachments")
    if not verdict.endswith(b" OK"):
        _log.error("the virus scanner gave no verdict")
        raise Refused("scanner_away", "attachments")


def _ask(address: str, content: bytes) -> bytes:
    """One file, in pieces each with its length before it, ended by a length of nothing (clamd(8), INSTREAM)."""
    with _connected(address) as line:
        line.sendall(b"zINSTREAM\0")
        for place in range(0, len(content), _PIECE):
            piece = content[place : place + _PIECE]
            line.sendall(struct.pack(">I", len(piece)) + piece)
        line.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096 and (more := line.recv(4096)):
            answer += more
    return answer.rstrip(b"\0\n")


def _connected(address: str) -> socket.socket:
    kind, _, where = address.partition(":")
    if kind == "tcp":
        host, _, port = where.rpartition(":")
        return socket.create_connection((host, int(port)), PATIENCE)
    if kind != "unix":
        raise ValueError("unix:<path> or tcp:<host>:<port>")
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PATIENCE)
    try:
        line.connect(where)
    except OSError:
        line.close()
        raise
    return line
