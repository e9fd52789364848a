"""nginx and Caddy as processes of their own, with the very files of deploy/: a few words are replaced and nothing else."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import need
from tests.serving import ROOT, Server, free_port

NAME = "klachten.voorbeeld.invalid"
DEPLOY = ROOT / "deploy"


@dataclass(frozen=True)
class Proxy:
    """`front`: the application as one reaches it from outside."""

    kind: str
    front: Server
    plain_port: int
    port: int
    folder: Path  # with everything that it logs

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.rglob("*log*")) if path.is_file())


def proxy(kind: str, folder: Path, *servers: Server) -> AbstractContextManager[Proxy]:
    """In front of one or two application processes. Skips where it is not installed."""
    if shutil.which(kind) is None:
        need(kind)
    return {"nginx": nginx, "caddy": caddy}[kind](folder, *servers)


def nginx(folder: Path, *servers: Server) -> AbstractContextManager[Proxy]:
    """Included as on Debian: in an `http` block that has logs of its own, which stay empty."""
    ports = free_port(), free_port()
    site = _filled(DEPLOY / "nginx.conf", folder, servers)
    site = site.replace("listen 80", f"listen 127.0.0.1:{ports[0]}").replace("listen 443", f"listen 127.0.0.1:{ports[1]}")
    (folder / "site.conf").write_text(site.replace("/var/log/nginx", str(folder)))
    temporary = " ".join(f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {folder}/pid; error_log {folder}/start.log;\n"
        "worker_processes 1; events { worker_connections 512; }\n"
        f"http {{ include /etc/nginx/mime.types; access_log {folder}/debian-access.log; error_log {folder}/debian-error.log;\n"
        f"{temporary} gzip on; include {folder}/site.conf; }}\n"
    )
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr, tried.stderr
    return _run(command, folder, servers[0], *ports)


def caddy(folder: Path, *servers: Server) -> AbstractContextManager[Proxy]:
    ports = free_port(), free_port()
    site = _filled(DEPLOY / "Caddyfile", folder, servers)
    site = site.replace("http_port 80\n", f"http_port {ports[0]}\n").replace("https_port 443", f"https_port {ports[1]}")
    (folder / "Caddyfile").write_text(site)
    words = ["--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    tried = subprocess.run(["caddy", "validate", *words], capture_output=True, text=True, check=False, env=_home(folder))
    assert tried.returncode == 0, tried.stderr
    return _run(["caddy", "run", *words], folder, servers[0], *ports)


def _home(folder: Path) -> dict[str, str]:
    return os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


def _filled(file: Path, folder: Path, servers: tuple[Server, ...]) -> str:
    """With one process the second port is one at which nobody answers."""
    second = servers[1].port if len(servers) > 1 else free_port()
    text = file.read_text(encoding="utf-8")
    words = {
        "klachten.voorbeeld.nl": NAME,
        "/etc/weerklank/tls": str(_certificate(folder)),
        ":8501": f":{servers[0].port}",
        ":8502": f":{second}",
    }
    for word, instead in words.items():
        assert word in text, word
        text = text.replace(word, instead)
    return text


@contextmanager
def _run(command: list[str], folder: Path, server: Server, plain_port: int, port: int) -> Iterator[Proxy]:
    with (folder / "said.log").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=_home(folder))
        try:
            _wait(port, process)
            trust = ssl.create_default_context(cafile=str(folder / "tls" / "certificate.pem"))
            yield Proxy(command[0], replace(server, url=f"https://{NAME}:{port}", trust=trust), plain_port, port, folder)
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + 20
    while time.monotonic() < patience and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the proxy did not start")


def _certificate(folder: Path) -> Path:
    """Signed by itself."""
    made, key, now = folder / "tls", ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made.mkdir()
    (made / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (made / "key.pem").write_bytes(private)
    return made
