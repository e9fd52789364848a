"""A PostgreSQL server of our own, from Debian's binaries, in a scratch directory, on a socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl: Debian's newest, or what is on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4].split(".")[0]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextmanager
def server() -> Iterator[str]:
    """Yields the address of an empty database's server, ``postgresql+psycopg://...@/{}?host=...``; format the name in."""
    folder = Path(tempfile.mkdtemp(prefix="weerklank-pg-"))
    bin_dir = binaries()
    if bin_dir is None:
        raise RuntimeError("no PostgreSQL on this machine")
    as_user: dict[str, int] = {}
    user = "postgres"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = {"user": account.pw_uid, "group": account.pw_gid}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **as_user)  # type: ignore[call-overload]

    run(
        str(bin_dir / "initdb"),
        "-D",
        str(folder / "data"),
        "-U",
        user,
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c full_page_writes=off -c max_connections=200"
    control = [str(bin_dir / "pg_ctl"), "-D", str(folder / "data"), "-l", str(folder / "log")]
    run(*control, "-w", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://{user}@/{{}}?host={folder}"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
