"""What the desk remembers of an account: the files ``accounts/AB/ACCOUNT.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal, cast

from tracker.core.errors import TrackerError

FOLDER = "accounts"
VERSION = 1
ROLES = ("requester", "agent")
KINDS = ("passphrase", "chosen")
POSTS = ("activation", "access", "registered", "refused")
Role = Literal["requester", "agent"]
LoginKind = Literal["passphrase", "chosen"]
PostKind = Literal["activation", "access", "registered", "refused"]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_B64 = re.compile(r"[A-Za-z0-9_-]+")
_ACCOUNT = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"[a-z0-9]{1,20}")
_KEY = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Login:
    """One way to sign in: where its file is found, and its wrapping key under the master.

    ``wrap`` is base64url of the wrapping key, sealed with the record key.
    """

    locator: str
    wrap: str
    kind: LoginKind


@dataclass(frozen=True, slots=True)
class Post:
    """A letter about the account itself, and what became of it.

    ``activation`` goes unasked to somebody who is new, ``access`` to who asked for a new link,
    ``registered`` says that a chosen password is set, ``refused`` that a registration was not
    taken. ``invitation`` is the one whose link it carries, 0 before that is made and where there
    is none. It is due until it was ``told``, or ``bounced`` for good; ``delayed`` is what a server
    said that would not take it yet. Times as in ``Record``.
    """

    id: str
    kind: PostKind
    to: str
    asked: str
    invitation: int = 0
    told: str = ""
    bounced: str = ""
    delayed: str = ""

    @property
    def is_due(self) -> bool:
        """Whether it must still be sent."""
        return not self.told and not self.bounced

    @property
    def has_link(self) -> bool:
        """Whether it carries a link that opens the account."""
        return self.kind in ("activation", "access")


@dataclass(frozen=True, slots=True)
class Record:
    """One account.

    ``key`` is the id of the secret it was written under. The first of ``addresses`` is the one
    shown; all are trimmed and in small letters. ``invitation`` counts the activation letters of
    the epoch, 0 before the first; ``to`` is the address the last one went to, ``invited`` and
    ``expires`` when. ``nonces`` are those of registrations that were taken, ``posts`` the letters
    that are due or went lately. Times are UTC, ``YYYY-MM-DDTHH:MM:SSZ``, or empty.
    """

    account: str
    epoch: int
    key: str
    addresses: tuple[str, ...]
    name: str
    role: Role
    created: str
    invitation: int = 0
    to: str = ""
    invited: str = ""
    expires: str = ""
    logins: tuple[Login, ...] = ()
    nonces: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()
    revoked: str = ""

    @property
    def path(self) -> str:
        """Where the record lies in the repository."""
        return record_path(self.account)

    def invited_at(self, now: datetime) -> bool:
        """Whether an activation link is valid at ``now``."""
        return bool(self.expires) and not self.revoked and now < moment(self.expires)

    def with_epoch(self, key: str) -> Record:
        """Return the record in its next epoch under the secret ``key``: no login, link or
        invitation of former times is left, nor a letter that would have carried one.
        """
        return replace(
            self,
            epoch=self.epoch + 1,
            key=key,
            invitation=0,
            to="",
            invited="",
            expires="",
            logins=(),
            posts=tuple(one for one in self.posts if not (one.is_due and one.has_link)),
        )


def record_path(account: str) -> str:
    """Return where the record of an account lies in the repository."""
    return f"{FOLDER}/{account[:2]}/{account}.json"


def normal_address(address: str) -> str:
    """Return an address as accounts compare it: trimmed and in small letters."""
    return address.strip().lower()


def stamp(now: datetime) -> str:
    """Return a time as records keep it."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment(written: str) -> datetime:
    """Read a time of a record."""
    return datetime.fromisoformat(written)


def write_record(record: Record) -> bytes:
    """Return the file of a record: JSON, one line an item, so that Git shows what changed."""
    data = {"v": VERSION, **asdict(record)}
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def read_record(content: bytes, path: str) -> Record:
    """Read the file of a record. Raises TrackerError naming the file and what is wrong there."""
    try:
        data = json.loads(content)
    except ValueError:
        raise _broken(path, "it is not JSON") from None
    if not isinstance(data, dict) or data.get("v") != VERSION:
        raise _broken(path, f"`v` must be {VERSION}")
    _members(data, {"v", *_CHECKS}, path)
    for name, check in _CHECKS.items():
        if not check(data[name]):
            raise _broken(path, f"`{name}` is wrong")
    if path != record_path(data["account"]):
        raise _broken(path, "`account` is another one than the file's name says")
    del data["v"]
    for name, kind, checks in (("logins", Login, _LOGIN), ("posts", Post, _POST)):
        for one in data[name]:
            _members(one, set(checks), path)
            if not all(check(one[member]) for member, check in checks.items()):
                raise _broken(path, f"`{name}` is wrong")
        data[name] = tuple(kind(**one) for one in data[name])
    data["addresses"], data["nonces"] = tuple(data["addresses"]), tuple(data["nonces"])
    return Record(**cast(Any, data))


def _members(data: Mapping[str, object], wanted: set[str], path: str) -> None:
    if missing := wanted - data.keys():
        raise _broken(path, f"it lacks `{min(missing)}`")
    if unknown := data.keys() - wanted:
        raise _broken(path, f"it has an unknown member `{min(unknown)}`")


def _broken(path: str, what: str) -> TrackerError:
    return TrackerError(
        f"{path} is no account record: {what}",
        f"Take back its last good version (`git log -- {path}`) and commit.",
    )


Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and "\n" not in value


def _matching(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _time(value: Any) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        moment(value)
    except ValueError:
        return False
    return True


def _no_or(check: Check) -> Check:
    return lambda value: value == "" or check(value)


def _number(least: int) -> Check:
    return lambda value: type(value) is int and value >= least


def _addresses(value: Any) -> bool:
    if not isinstance(value, list) or not value or not all(map(_address, value)):
        return False
    return len(set(value)) == len(value)


def _address(value: Any) -> bool:
    return _text(value) and "@" in value and value == normal_address(value)


def _objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _one_of(choices: tuple[str, ...]) -> Check:
    return lambda value: isinstance(value, str) and value in choices


_CHECKS: dict[str, Check] = {
    "account": _matching(_ACCOUNT),
    "epoch": _number(1),
    "key": _matching(_KEY),
    "addresses": _addresses,
    "name": _text,
    "role": _one_of(ROLES),
    "created": _time,
    "invitation": _number(0),
    "to": _no_or(_address),
    "invited": _no_or(_time),
    "expires": _no_or(_time),
    "logins": _objects,
    "posts": _objects,
    "nonces": lambda value: isinstance(value, list) and all(map(_matching(_B64), value)),
    "revoked": _no_or(_time),
}
_LOGIN: dict[str, Check] = {
    "locator": _matching(_ACCOUNT),
    "wrap": _matching(_B64),
    "kind": _one_of(KINDS),
}
_POST: dict[str, Check] = {
    "id": _matching(_ID),
    "kind": _one_of(POSTS),
    "to": _address,
    "asked": _time,
    "invitation": _number(0),
    "told": _no_or(_time),
    "bounced": _text,
    "delayed": _text,
}
assert set(_CHECKS) == {one.name for one in fields(Record)}
