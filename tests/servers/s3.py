"""A real bucket: the S3 of moto on loopback, which asks for keys, and the real AWS CLI."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from .installed import ServerMissingError
from .ports import free_port, wait_listening

_INSTALLED = Path(sys.prefix, "s3")
"""Their own environment (tools/install): the AWS CLI and moto can't live with what MkDocs needs."""
WHEELS = _INSTALLED / "wheels"
"""An index on disk with the AWS CLI and all it needs."""
_UNASKED = 1_000_000
_CHANGED = re.compile(r'"(?:\x1b\[[\d;]*m)*(PUT|DELETE) /(\S+) HTTP/')


@dataclass(frozen=True)
class Stored:
    """One file of a bucket, as whoever fetches it gets it."""

    sha256: str
    type: str
    cache: str


class S3:
    """One store on a free loopback port, with the bucket ``web``.

    ``key`` and ``secret`` may list buckets' files, write and delete in this one, and nothing else;
    without them nothing is done. ``client`` is a folder for the search path, with the real ``aws``
    alone.
    """

    bucket = "web"

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = self.secret = ""
        self.client = folder / "bin"
        self.client.mkdir()
        (self.client / "aws").symlink_to(_program("aws"))
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: dict[str, str] = {}
        self._read = 0

    def __enter__(self) -> S3:
        command = [_program("moto_server"), "-H", "127.0.0.1", "-p", str(self.port)]
        environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(_UNASKED)}
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment
            )
        try:
            wait_listening(self.port, self._process)
            made = self._do("make")
        except BaseException:
            self.__exit__()
            raise
        self.key, self.secret = made["job"]
        self._owner = dict(
            zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), made["owner"], strict=True)
        )
        self.changed()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)

    def stored(self) -> dict[str, Stored]:
        """Fetch all files, by name."""
        return {name: Stored(*one) for name, one in self._do("fetch").items()}

    def put(self, name: str) -> None:
        """Store an empty file that no job knows."""
        self._do("put", name)
        self.changed()

    def changed(self) -> list[tuple[str, str]]:
        """Return what was asked to be changed since the last call, in order: (PUT, its name)."""
        said = (self.folder / "log").read_text()
        found = _CHANGED.findall(said, self._read)
        self._read = len(said)
        return [(method, unquote(path.removeprefix(f"{self.bucket}/"))) for method, path in found]

    def _do(self, what: str, name: str = "") -> dict[str, list[str]]:
        child = str(Path(__file__).with_name("s3_child.py"))
        command = [_program("python"), child, self.url, self.bucket, what, name]
        done = subprocess.run(
            command, env={"PATH": os.defpath, **self._owner}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, list[str]] = json.loads(done.stdout)
        return answer


def digest(file: Path) -> str:
    """Return what ``Stored.sha256`` is of the same file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _program(name: str) -> str:
    found = _INSTALLED / "bin" / name
    if not found.exists():
        raise ServerMissingError(
            f"{found} is not there. These tests run against the real program; get it with "
            "`tools/install dev`."
        )
    return str(found)
