"""Running the command line as a process of its own, many times: a process that has the program
loaded already forks for each run, which spares four tenths of a second of imports.

What is run is a process in every respect: its own environment, folder, output and exit status; it
may be killed. ``python -m tests.programs SOCKET`` is the process that forks.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tracker.cli
import tracker.desk
import tracker.portal

ROOT = Path(__file__).parents[1]
_PIECE = 1 << 16


def run(
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    keys: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m tracker`` with some arguments and typed ``keys``; nothing is checked."""
    return module("tracker", *arguments, env=env, cwd=cwd, keys=keys)


def module(
    name: str,
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    keys: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m NAME`` as ``subprocess.run`` does with its output kept as text."""
    given = [str(one) for one in arguments]
    request = {
        "module": name,
        "arguments": given,
        "environment": dict(os.environ if env is None else env),
        "folder": str(cwd or Path.cwd()),
    }
    with (
        socket.socket(socket.AF_UNIX) as connection,
        tempfile.TemporaryFile() as typed,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as said,
    ):
        connection.connect(_server())
        typed.write(keys.encode())
        typed.seek(0)
        files = [one.fileno() for one in (typed, out, said)]
        data = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(connection, [data], files)
        connection.sendall(data[sent:])
        status = connection.makefile().read()
        out.seek(0)
        said.seek(0)
        return subprocess.CompletedProcess(
            [name, *given], int(status), out.read().decode(), said.read().decode()
        )


@functools.cache
def _server() -> str:
    """Start the process that forks; return its socket's path."""
    folder = tempfile.TemporaryDirectory(prefix="trk-fork-")
    path = f"{folder.name}/socket"
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, path],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},  # the theme says it while it is loaded
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"

    def end() -> None:
        process.kill()
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    return path


def serve(path: str) -> None:
    """Fork for each request; returns in the forked processes only."""
    for package in (tracker.cli, tracker.desk, tracker.portal):
        for one in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            importlib.import_module(one.name)
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that answer
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                break
            connection.close()
    request, files = _read(connection)
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    connection.close()
    _become(request, files)


def _read(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    data, files, _, _ = socket.recv_fds(connection, _PIECE, 3)
    while not data.endswith(b"\n"):
        data += connection.recv(_PIECE)
    return json.loads(data), list(files)


def _become(request: dict[str, Any], files: list[int]) -> None:
    """Be the process that was asked for, up to its exit."""
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    for mine, number in zip(files, (0, 1, 2), strict=True):
        os.dup2(mine, number)
        os.close(mine)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(  # noqa: SIM115
        2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
    )
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(sys.argv[1])
