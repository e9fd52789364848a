"""What goes wrong unexpectedly: one line in the log with a reference, and nothing personal in it."""

from __future__ import annotations

import json
import logging
import secrets
import threading
import traceback
from pathlib import Path
from typing import Any

from domain.redaction import redacted

_ROOT = Path(__file__).resolve().parent.parent
_log = logging.getLogger("weerklank")


def report(error: BaseException, where: str, who: int | None = None) -> str:
    """Log `error` by type and place; its message may hold what somebody typed, so it is left out. `who`: the number of the
    account. Returns the reference that the person gets to see."""
    reference = secrets.token_hex(4)
    _log.error("incident", extra={"facts": {"reference": reference, "where": where, "who": who} | _of(error)})
    return reference


def _of(error: BaseException) -> dict[str, Any]:
    cause = type(error.__cause__).__name__ if error.__cause__ else None
    return {"type": type(error).__name__, "cause": cause, "at": _places(error)}


def _places(error: BaseException) -> list[str]:
    """file:line of our own frames, innermost last, and of the very last one."""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    ours = [(path, line) for path, line in frames if path.is_relative_to(_ROOT) and ".venv" not in path.parts]
    return [f"{path.relative_to(_ROOT)}:{line}" for path, line in ours[-6:]] + [
        f"{path.name}:{line}" for path, line in frames[-1:] if (path, line) not in ours
    ]


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {"time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname.lower()}
        error = record.exc_info[1] if record.exc_info else None
        return json.dumps(said | {"what": record.getMessage()} | getattr(record, "facts", {}) | (_of(error) if error else {}))


def _without_words(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Streamlit and the server log a whole exception, with what somebody sent in its message: the type and places stay. What
    looks like somebody's is taken out of the rest."""
    record = logging.LogRecord(*args, **kwargs)
    error = record.exc_info[1] if record.exc_info else None
    record.msg, record.args = _redacted(str(record.msg)), _plain(record.args)
    record.stack_info = None
    if error is not None and not record.name.startswith(_log.name):
        record.msg, record.exc_info = f"{record.msg} (reference {report(error, record.name)})", None
    return record


def _plain(args: Any) -> Any:
    if isinstance(args, dict):
        return {name: _redacted(value) for name, value in args.items()}
    return tuple(_redacted(each) for each in args) if isinstance(args, tuple) else args


def _redacted(value: Any) -> Any:
    """Numbers stay numbers: a message may want to count with them. An exception says its type."""
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, int | float):
        return value if redacted(str(value)) == str(value) else type(value)(0)
    return value if value is None else redacted(str(value))


def _in_a_thread(given: threading.ExceptHookArgs) -> None:
    """Python would print it whole."""
    if given.exc_value is not None:
        report(given.exc_value, "thread")


def log_to_stderr() -> None:
    """The one log of the application: JSON lines on standard error, where systemd picks them up."""
    if not _log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(_JsonLines())
        _log.addHandler(handler)
        _log.propagate = False
        logging.setLogRecordFactory(_without_words)
        logging.captureWarnings(capture=True)
        threading.excepthook = _in_a_thread
    # Streamlit logs the whole exception with its message; the server logs addresses with references in them.
    logging.getLogger("streamlit.error_util").disabled = True
    logging.getLogger("uvicorn.access").disabled = True
