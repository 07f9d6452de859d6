"""Making a commit without touching the work tree: ``git fast-import``."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tracker.adapters.git import Git, failure
from tracker.core.addresses import Address
from tracker.core.ticket import Ticket

ATTEMPT = "refs/tracker/attempt"


@dataclass(frozen=True, slots=True)
class Change:
    """Files to write (None deletes) and what the commit says. Paths use ``/``.

    ``tickets`` are what ticket files of ``files`` parse to, where the writer knows it.
    """

    files: Mapping[str, bytes | None]
    message: str
    tickets: Mapping[str, Ticket] = field(default_factory=dict)


def make_commit(git: Git, base: str, change: Change, author: Address, now: datetime) -> str:
    """Return a new commit on ``base`` (empty for the first of all), on no branch.

    Interrupted at any instant it leaves nothing but an unused pack.
    Raises GitError, such as for a full disk.
    """
    pipe = subprocess.PIPE
    # --force: the ref only keeps the newest attempt safe from `git gc`.
    process = git.start(
        "fast-import", "--quiet", "--done", "--force", stdin=pipe, stdout=pipe, stderr=pipe
    )
    with process:
        out, err = process.communicate(_stream(base, change, author, now))
    if process.returncode:
        raise failure("fast-import", process.returncode, err.decode("utf-8", "replace"))
    return out.decode("ascii").strip()


def _stream(base: str, change: Change, author: Address, now: datetime) -> bytes:
    name = author.name.replace("<", "").replace(">", "").replace("\n", " ")
    who = f"{name} <{author.email}> {int(now.timestamp())} {now.strftime('%z') or '+0000'}"
    message = change.message.encode()
    parts = [f"commit {ATTEMPT}\nmark :1\n".encode()]
    parts.append(f"author {who}\ncommitter {who}\ndata {len(message)}\n".encode())
    parts.append(message + b"\n")
    if base:
        parts.append(f"from {base}\n".encode())
    for path, content in change.files.items():
        quoted = _quoted(path)
        if content is None:
            parts.append(b"D " + quoted + b"\n")
        else:
            parts.append(b"M 100644 inline " + quoted + b"\ndata %d\n" % len(content))
            parts += [content, b"\n"]
    parts.append(b"get-mark :1\ndone\n")
    return b"".join(parts)


def _quoted(path: str) -> bytes:
    written = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{written}"'.encode("utf-8", "surrogateescape")
