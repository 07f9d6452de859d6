"""What Git knows of lines and commits: blame, versions of a file, patches, the mainline."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property

from tracker.adapters.git import Git, failure
from tracker.adapters.repository import JOINED
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError

_BLAMED = re.compile(r"([0-9a-f]{40,64}) \d+ \d+(?: \d+)?")
_PERSON = re.compile(r"(.*?) ?<(.*?)>(?: (-?\d{1,15}) ([+-]\d{4}))?")
_PULLED = re.compile(r"Merge branch '(?P<branch>[^']+)' of (?P<url>\S+)(?: into \S+)?")
_MERGED = re.compile(
    r"Merge (?:branch '(?P<branch>[^']+)'|remote-tracking branch 'origin/(?P<there>[^']+)')"
    r"(?: into \S+)?"
)
_HOST = "noreply@github.com"
"""The committer of what is done on the host's own pages."""


class ShallowError(TrackerError):
    """The clone holds the newest commits only: who wrote what can't be known."""

    def __init__(self) -> None:
        super().__init__(
            "Who wrote what can't be told: this clone holds the newest commits only",
            "Fetch the history: `git fetch --unshallow` (in a workflow: `fetch-depth: 0`).",
        )


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as it is stored: no mail map, no configuration changes what it says."""

    id: str
    parents: tuple[str, ...]
    author: Address
    authored: datetime
    committer: Address
    signed: bool
    message: str

    @property
    def by_host(self) -> bool:
        """Whether it was made on the host's own pages."""
        return self.committer.key == _HOST

    @property
    def rebased_by_host(self) -> bool:
        """Whether the host made it of another commit, whose author anybody could choose. It signs
        what people write and merge on its pages; signatures don't survive its rebasing.
        """
        return self.by_host and not self.signed


class History:
    """The history of the branch ``branch`` in ``git``; ``remote`` is its remote's name, if any."""

    def __init__(self, git: Git, branch: str, remote: str = "") -> None:
        self._git = git
        self._branch = branch
        self._remote = remote
        self._commits: dict[str, Commit] = {}

    @cached_property
    def _place(self) -> str:
        return _place(self._git.run("remote", "get-url", self._remote)) if self._remote else ""

    def need_whole(self) -> None:
        """Raise ShallowError in a clone of limited depth; one without old files will do."""
        if self._git.run("rev-parse", "--is-shallow-repository").strip() == "true":
            raise ShallowError

    def blame(self, commit: str, path: str, first: int, last: int) -> list[str]:
        """Return for each line of a file as of ``commit`` the commit that brought it. Lines count
        from 0; ``last`` is one of them.
        """
        plain = ("-c", "blame.ignoreRevsFile=", "blame", "--porcelain", "--no-textconv")
        out = self._git.run(*plain, "-L", f"{first + 1},{last + 1}", commit, "--", path)
        found = (_BLAMED.fullmatch(line) for line in out.split("\n"))
        return [one[1] for one in found if one]

    def versions(self, commit: str, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the commits up to ``commit`` that changed a file, the newest first, each with
        those that changed it before. What is not asked for costs nothing.
        """
        arguments = ("rev-list", "--parents", commit, "--", path)
        with self._git.start(*arguments, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    one, *parents = line.decode("ascii").split()
                    yield one, tuple(parents)
            finally:
                process.kill()

    def commit(self, commit: str) -> Commit:
        """Return one commit."""
        return next(iter(self.commits([commit])))

    def commits(self, ids: Sequence[str]) -> list[Commit]:
        """Return commits, in the order asked for."""
        new = [one for one in ids if one not in self._commits]
        for one, content in self._git.read_many(new) if new else ():
            self._commits[one] = _read(one, content)
        return [self._commits[one] for one in ids]

    def since(self, position: str, commit: str) -> list[Commit]:
        """Return the commits that ``commit`` has and ``position`` has not, the oldest first. An
        empty position is the beginning.
        """
        span = [commit, *([f"^{position}"] if position else [])]
        out = self._git.run("rev-list", "--reverse", "--topo-order", *span)
        return self.commits(out.split())

    def patches(self, commits: Sequence[Commit]) -> dict[str, str]:
        """Return what stays the same of each commit when it is rebased or picked: a hash of what
        it changes; of message, author and time where it changes nothing.
        """
        asked = "".join(f"{one.id}\n" for one in commits).encode()
        shown = ("diff-tree", "--stdin", "--root", "-r", "-p", "--no-textconv", "--no-ext-diff")
        lines = self._raw("patch-id", "--stable", stdin=self._raw(*shown, stdin=asked))
        pairs = (line.split(" ") for line in lines.decode("ascii").splitlines())
        found = {commit: patch for patch, commit in pairs}
        return {one.id: found.get(one.id, _words_of(one))[:16] for one in commits}

    def _raw(self, *arguments: str, stdin: bytes) -> bytes:
        pipe = subprocess.PIPE
        with self._git.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            out, err = process.communicate(stdin)
        if process.returncode:
            raise failure(arguments[0], process.returncode, err.decode("utf-8", "replace"))
        return out

    def on_mainline(self, commit: str, tip: str) -> bool:
        """Whether a commit was made on the desk's branch itself, as of ``tip``.

        That is the chain of first parents. What came in by a merge is not on it, whatever
        author it claims: anybody whose pull request is merged chooses the author freely. A
        merge that somebody made by pulling or merging this very branch into their own work, and
        the desk's own joining of what it wrote with what people wrote, have two such chains.
        """
        if commit == tip:
            return True
        chain = self._git.run("rev-list", "--first-parent", tip, f"^{commit}").split()
        if not chain or self.commit(chain[-1]).parents[:1] == (commit,):
            return bool(chain)
        merges = self._git.run("rev-list", "--first-parent", "--merges", tip, f"^{commit}").split()
        others = [one.parents[1] for one in self.commits(merges) if self._has_two_chains(one)]
        return any(
            self._git.is_ancestor(commit, other) and self.on_mainline(commit, other)
            for other in others
        )

    def _has_two_chains(self, merge: Commit) -> bool:
        subject = merge.message.split("\n", 1)[0]
        if not self._place:
            return subject == JOINED
        # The host's own merges may bear the title of a pull request as their subject.
        if merge.committer.key != merge.author.key or merge.by_host:
            return False
        if pulled := _PULLED.fullmatch(subject):
            return pulled["branch"] == self._branch and _place(pulled["url"]) == self._place
        merged = _MERGED.fullmatch(subject)
        return merged is not None and self._branch in (merged["branch"], merged["there"])

    def touching(self, commits: Sequence[Commit], folder: str) -> dict[str, list[str]]:
        """Return those of the commits that change files below ``folder``, with the files; of a
        merge only what differs from every parent's.
        """
        asked = "".join(f"{one.id}\n" for one in commits).encode()
        shown = ("diff-tree", "--stdin", "--root", "-r", "-c", "--name-only", "--no-renames", "-z")
        found: dict[str, list[str]] = {}
        commit = ""
        for part in self._raw(*shown, "--", folder, stdin=asked).decode("utf-8").split("\0"):
            if part.startswith(f"{folder}/"):
                found.setdefault(commit, []).append(part)
            else:
                commit = part.strip()
        return found

    def sizes(self, commit: str, paths: Iterable[str]) -> dict[str, int]:
        """Return the sizes in bytes of those of the paths that are plain files of ``commit``."""
        out = self._git.run("ls-tree", "-l", "-z", commit, "--", *paths)
        rows = (row.partition("\t") for row in out.split("\0") if row.startswith("100"))
        return {path: int(head.split()[3]) for head, _, path in rows}

    def touched(self, base: str, folder: str) -> list[str]:
        """Return the paths below ``folder`` that commits since ``base`` touch, also where a later
        one takes it back. ``base`` names a commit or a branch.
        """
        quiet = ("--format=", "--name-only", "--no-renames", "-z", "--full-history")
        logged = self._git.run("log", *quiet, f"{base}..HEAD", "--", folder)
        differ = self._git.run("diff", "--name-only", "-z", f"{base}...HEAD", "--", folder)
        return sorted({path.strip("\n") for path in f"{logged}\0{differ}".split("\0")} - {""})


def _place(url: str) -> str:
    """Return where a remote lies, however its address is written: ``github.com/us/desk``."""
    bare = re.sub(r"^[a-z+]+://", "", url.strip())
    bare = re.sub(r"^[^/@]*@", "", bare)
    if "://" not in url:  # git@github.com:us/desk.git
        bare = re.sub(r"^([\w.-]+):(?!/)", r"\1/", bare)
    return bare.rstrip("/").removesuffix(".git").rstrip("/").lower()


def _words_of(commit: Commit) -> str:
    words = f"{commit.author} {commit.authored.timestamp()} {commit.message}"
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def _read(commit: str, content: bytes) -> Commit:
    """Read a commit as Git stores it (gitformat: headers, an empty line, the message)."""
    head, _, message = content.partition(b"\n\n")
    fields: dict[str, list[bytes]] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key:  # else the rest of a signature
            fields.setdefault(key.decode("ascii", "replace"), []).append(value)
    encoding = fields.get("encoding", [b"utf-8"])[0].decode("ascii", "replace")
    author, authored = _person(_text(fields.get("author", [b""])[0], encoding))
    committer, _ = _person(_text(fields.get("committer", [b""])[0], encoding))
    return Commit(
        commit,
        tuple(one.decode("ascii") for one in fields.get("parent", ())),
        author,
        authored,
        committer,
        any(key.startswith("gpgsig") for key in fields),
        _text(message, encoding),
    )


def _text(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _person(line: str) -> tuple[Address, datetime]:
    found = _PERSON.fullmatch(line.strip())
    if found is None:
        return Address(line, ""), datetime.fromtimestamp(0, UTC)
    return Address(found[1], found[2]), _moment(int(found[3] or 0), found[4] or "+0000")


def _moment(seconds: int, zone: str) -> datetime:
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    sign = -1 if zone[0] == "-" else 1
    try:
        return datetime.fromtimestamp(seconds, timezone(sign * offset))
    except (ValueError, OverflowError, OSError):  # a clock or zone that can't be
        return datetime.fromtimestamp(0, UTC)
