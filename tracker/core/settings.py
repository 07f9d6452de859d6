"""Reading ``tracker.toml``: every fault at once, with its line and what was meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.options import (
    MISSING,
    TABLES,
    Agent,
    Desk,
    Limits,
    Mailbox,
    RequestType,
    Sla,
    options_of,
)
from tracker.core.questions import is_taken
from tracker.core.texts import LANGUAGES, Language

FILE = "tracker.toml"
_HEADER = re.compile(r"^\s*\[\s*(?P<name>[^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*(?P<key>[A-Za-z0-9_.-]+|\"[^\"]*\")\s*=")
_SECRET = re.compile(r"passw|secret|token|api_?key", re.IGNORECASE)
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,30}")
_TYPE_KEY = re.compile(r"[^\W_][\w-]{0,29}")
_TYPES = {
    str: "a text in quotes",
    int: "a whole number",
    list: "a list of texts",
    date: "a list of dates",
    bool: "true or false",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file of the desk: ``line`` is 1-based, 0 for the whole file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: {self.message}"
            if self.line
            else f"{self.path}: {self.message}"
        )


class SettingsError(TrackerError):
    """All faults of the settings file together."""

    def __init__(self, faults: list[Fault]) -> None:
        first, *rest = faults
        super().__init__(
            "\n".join(str(fault) for fault in (first, *rest)),
            f"Mend {'these lines' if rest else 'this line'}; the settings page lists all options.",
        )
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a desk, checked. No secrets: those come from the environment."""

    desk: Desk
    mailbox: Mailbox
    agents: Mapping[str, Agent]
    limits: Limits
    sla: Sla
    requests: Mapping[str, RequestType] = field(default_factory=dict)

    @property
    def sealed(self) -> bool:
        """Whether tickets hold pseudonyms in place of mail addresses."""
        return self.desk.repository == "public" or self.desk.addresses == "sealed"

    @property
    def known(self) -> tuple[str, ...]:
        """The addresses that stand in the settings: nobody seals these."""
        mailbox = self.mailbox
        agents = (one for agent in self.agents.values() for one in agent.emails)
        return (mailbox.address, *mailbox.lists, *mailbox.forwarders, *agents)

    def agent_by_email(self, email: str) -> str | None:
        """Return the handle of the agent who uses ``email``, any case, or None."""
        key = email.lower()
        for handle, agent in self.agents.items():
            if key in (one.lower() for one in agent.emails):
                return handle
        return None

    def address_of(self, handle: str) -> Address:
        """Return name and first address of an agent; the desk's for one who has none."""
        agent = self.agents[handle]
        return Address(agent.name, (*agent.emails, self.mailbox.address)[0])


def read_settings(
    source: str,
    path: str = FILE,
    own: Mapping[str, bytes] | None = None,
    faults: Iterable[Fault] = (),
) -> Settings:
    """Read the text of a settings file.

    ``own`` maps languages to the compiled catalogues a desk brings along; ``faults`` were found
    in those, and are told with the others. Raises SettingsError with every fault, each with file
    and line.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else source.count("\n") + 1
        reason = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise SettingsError([*faults, Fault(path, line, f"not valid TOML: {reason}")]) from None
    return _Reader(path, data, _lines(source), own or {}, faults).read()


def _lines(source: str) -> dict[tuple[str, ...], int]:
    """Map each table and each key, as a path of names, to the line it stands on."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.splitlines(), 1):
        if header := _HEADER.match(line):
            table = tuple(part.strip().strip('"') for part in header["name"].split("."))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            path = (*table, *(part.strip('"') for part in key["key"].split(".")))
            found.setdefault(path, number)
    return found


def _meant(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(sorted(known))}"


class _Reader:
    """One reading of one file: collects faults until the end."""

    def __init__(
        self,
        path: str,
        data: Mapping[str, Any],
        lines: Mapping[tuple[str, ...], int],
        own: Mapping[str, bytes],
        faults: Iterable[Fault],
    ) -> None:
        self.path, self.data, self.lines, self.own = path, data, lines, own
        self.faults = list(faults)

    def read(self) -> Settings:
        for name in self.data:
            if name not in TABLES:
                self._unknown(
                    (name,),
                    "table" if isinstance(self.data[name], dict) else "option",
                    list(TABLES),
                )
        desk = self._spoken(self._table(Desk, ("desk",), self._section(("desk",))))
        mailbox = self._table(Mailbox, ("mailbox",), self._section(("mailbox",)))
        limits = self._table(Limits, ("limits",), self._section(("limits",)))
        sla = self._table(Sla, ("sla",), self._section(("sla",)))
        agents = {handle: self._agent(handle) for handle in self._section(("agents",))}
        requests = {key: self._request(key) for key in self._section(("requests",))}
        self._own_labels(desk, requests)
        self._shared_emails(agents)
        self._private_tickets(desk)
        if self.faults:
            raise SettingsError(sorted(self.faults, key=lambda one: (one.path, one.line)))
        return Settings(desk, mailbox, agents, limits, sla, requests)

    def _spoken(self, desk: Any) -> Any:
        """Give the desk's language the words that the desk brings along."""
        if desk is None:
            return None
        code = str(desk.language)
        if code not in (*LANGUAGES, *self.own) and not self._is_at_fault(f"{code}.po"):
            known = " or ".join(f'"{one}"' for one in sorted({*LANGUAGES, *self.own}))
            self._fault(
                ("desk", "language"),
                f'`language` must be {known}, not "{code}": there is no overrides/{code}.po',
            )
        return replace(desk, language=Language(code, self.own.get(code, b"")))

    def _is_at_fault(self, name: str) -> bool:
        return any(one.path.endswith(f"/{name}") for one in self.faults)

    def _agent(self, handle: str) -> Any:
        if not _HANDLE.fullmatch(handle):
            self._fault(
                ("agents", handle),
                f"the handle `{handle}` must be small Latin letters, digits, . _ -",
            )
        return self._table(Agent, ("agents", handle), self._section(("agents", handle)))

    def _request(self, key: str) -> Any:
        if not _TYPE_KEY.fullmatch(key) or key != key.lower():
            self._fault(
                ("requests", key),
                f"the key `{key}` must be at most 30 small letters, digits, - and _",
            )
        return self._table(RequestType, ("requests", key), self._section(("requests", key)))

    def _own_labels(self, desk: Any, requests: Mapping[str, Any]) -> None:
        """Refuse questions that every letter answers already, in the desk's own words too."""
        for key, kind in requests.items():
            for one in getattr(kind, "questions", ()):
                if desk is not None and is_taken(one.label, desk.language):
                    where = ("requests", key, "questions")
                    self._fault(where, f"asks for `{one.label}`, which every request has already")

    def _shared_emails(self, agents: Mapping[str, Any]) -> None:
        owners: dict[str, str] = {}
        for handle, agent in agents.items():
            for email in getattr(agent, "emails", ()):
                if owners.setdefault(email.lower(), handle) != handle:
                    where = ("agents", handle, "emails")
                    self._fault(where, f"{email} is already an address of {owners[email.lower()]}")

    def _private_tickets(self, desk: Any) -> None:
        if desk is None:
            return
        if desk.repository == "public" and desk.visibility == "private":
            self._fault(
                ("desk", "repository"),
                'a public repository shows every ticket, so `visibility` can\'t be "private"',
            )
        if desk.addresses == "sealed" and desk.visibility == "private":
            self._fault(
                ("desk", "addresses"),
                '`addresses = "sealed"` is for public portals: accounts go by the address',
            )

    def _section(self, path: tuple[str, ...]) -> Mapping[str, Any]:
        value: Any = self.data
        for name in path:
            value = value.get(name, {})
        if not isinstance(value, dict):
            self._fault(path, f"`{'.'.join(path)}` must be a table: [{'.'.join(path)}]")
            return {}
        return value

    def _table(self, table: type, path: tuple[str, ...], written: Mapping[str, Any]) -> Any:
        known = options_of(table)
        for name in written:
            if name not in known:
                self._unknown((*path, name), "option", list(known))
        before = len(self.faults)
        values = {name: self._value(spec, (*path, name), written) for name, spec in known.items()}
        return table(**values) if len(self.faults) == before else None

    def _value(
        self, spec: dict[str, Any], path: tuple[str, ...], written: Mapping[str, Any]
    ) -> Any:
        name = path[-1]
        value = written.get(name, spec["default"])
        if value is MISSING or (value == "" and spec["default"] is MISSING):
            self._fault(path, f"`{'.'.join(path)}` is missing: {spec['sentence']}")
            return None
        if name not in written and value in ("", ()):
            return None if spec["check"] in _OPTIONAL else value
        kind = spec["written"]
        if not _is(value, kind):
            self._fault(path, f"`{name}` must be {_TYPES[kind]}")
            return None
        if spec["choices"] and value not in spec["choices"]:
            allowed = " or ".join(f'"{choice}"' for choice in spec["choices"])
            self._fault(path, f'`{name}` must be {allowed}, not "{value}"')
            return None
        return self._checked(spec, path, value)

    def _checked(self, spec: dict[str, Any], path: tuple[str, ...], value: Any) -> Any:
        if spec["check"] is None or (value == "" and spec["default"] == ""):
            return (None if spec["check"] in _OPTIONAL else value) if value == "" else value
        try:
            return spec["check"](value)
        except ValueError as error:
            self._fault(path, f"`{path[-1]}` {error}")
            return None

    def _unknown(self, path: tuple[str, ...], what: str, known: list[str]) -> None:
        name = path[-1]
        if _SECRET.search(name):
            self._fault(
                path, f"`{name}` looks like a secret: secrets come from the environment (TRACKER_…)"
            )
        else:
            self._fault(path, f"unknown {what} `{name}`{_meant(name, known)}")

    def _fault(self, path: tuple[str, ...], message: str) -> None:
        line = next(
            (self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines),
            0,
        )
        self.faults.append(Fault(self.path, line, message))


def _is(value: Any, kind: type) -> bool:
    if kind in (list, date):
        items = (str,) if kind is list else (str, date)  # a datetime, too, is a date, but no day
        return isinstance(value, list | tuple) and all(type(one) in items for one in value)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


_OPTIONAL = {
    spec["check"]
    for table in (Mailbox, Sla)
    for spec in options_of(table).values()
    if spec["default"] == "" and spec["check"] is not None
}
"""Checks whose option may be left out, which then is None."""
