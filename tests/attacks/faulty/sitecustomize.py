"""Read by Python at its start when this folder is on its path: the n-th statement of a screen fails, as the file says.

The file holds a number of the try and n. What fails says things about somebody, as an error of a library may.
"""

import os
import threading
from pathlib import Path

SAYS = "Karel de Vrieszoon (BSN 111222333, karel.de.vries@post.voorbeeld.invalid, 06-12345678, NL91 ABNA 0417 1643 00)"
CONTROL = os.environ.get("FAULTY")


class Boom(Exception):
    pass


if CONTROL and "streamlit" in " ".join(os.sys.orig_argv):  # type: ignore[attr-defined]
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    counted = {"try": "", "left": 0}

    @event.listens_for(Engine, "before_cursor_execute")
    def _fail(*_: object) -> None:
        path = Path(CONTROL)
        if not path.exists() or "script" not in threading.current_thread().name.lower():
            return
        number, left = path.read_text().split()
        if counted["try"] != number:
            counted.update({"try": number, "left": int(left)})
        counted["left"] -= 1
        if counted["left"] == 0:
            raise Boom(SAYS)
