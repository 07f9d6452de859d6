"""Free ports on loopback, and waiting until a server answers on one."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from pathlib import Path


class ServerFailedError(RuntimeError):
    """A server ended, or stayed silent, instead of becoming ready."""


def free_port() -> int:
    """Return a TCP port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_listening(
    port: int, process: subprocess.Popen[bytes], limit: float = 30.0, greeting: bytes = b""
) -> None:
    """Return as soon as ``port`` accepts (and greets); raise when the process ends before."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if _greets(port, greeting):
            return
        try:
            code = process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue
        raise ServerFailedError(
            f"the server ended with code {code} before it listened on port {port}"
        )
    raise ServerFailedError(f"nothing listens on port {port} after {limit:.0f} s")


def _greets(port: int, greeting: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return not greeting or connection.recv(len(greeting)) == greeting
    except OSError:
        return False


def short_folder(prefix: str) -> Path:
    """Return a new folder under /tmp: short enough for unix sockets, readable by everybody."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    folder.chmod(0o755)
    return folder
