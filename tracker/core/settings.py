"""Reading ``tracker.toml``: every fault at once, with its line and what was meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.options import MISSING, TABLES, Agent, Desk, Limits, Mailbox, Sla, options_of

FILE = "tracker.toml"
_HEADER = re.compile(r"^\s*\[\s*(?P<name>[^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*(?P<key>[A-Za-z0-9_.-]+|\"[^\"]*\")\s*=")
_SECRET = re.compile(r"passw|secret|token|api_?key", re.IGNORECASE)
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,30}")
_TYPES = {
    str: "a text in quotes",
    int: "a whole number",
    list: "a list of texts",
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

    @property
    def sealed(self) -> bool:
        """Whether tickets hold pseudonyms in place of mail addresses."""
        return self.desk.repository == "public" or self.desk.addresses == "sealed"

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


def read_settings(source: str, path: str = FILE) -> Settings:
    """Read the text of a settings file.

    Raises SettingsError with every fault, each with file and line.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else source.count("\n") + 1
        reason = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise SettingsError([Fault(path, line, f"not valid TOML: {reason}")]) from None
    return _Reader(path, data, _lines(source)).read()


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
        self, path: str, data: Mapping[str, Any], lines: Mapping[tuple[str, ...], int]
    ) -> None:
        self.path, self.data, self.lines = path, data, lines
        self.faults: list[Fault] = []

    def read(self) -> Settings:
        for name in self.data:
            if name not in TABLES:
                self._unknown(
                    (name,),
                    "table" if isinstance(self.data[name], dict) else "option",
                    list(TABLES),
                )
        desk = self._table(Desk, ("desk",), self._section(("desk",)))
        mailbox = self._table(Mailbox, ("mailbox",), self._section(("mailbox",)))
        limits = self._table(Limits, ("limits",), self._section(("limits",)))
        sla = self._table(Sla, ("sla",), self._section(("sla",)))
        agents = {handle: self._agent(handle) for handle in self._section(("agents",))}
        self._shared_emails(agents)
        self._private_tickets(desk)
        if self.faults:
            raise SettingsError(sorted(self.faults, key=lambda fault: fault.line))
        return Settings(desk, mailbox, agents, limits, sla)

    def _agent(self, handle: str) -> Any:
        if not _HANDLE.fullmatch(handle):
            self._fault(
                ("agents", handle),
                f"the handle `{handle}` must be small Latin letters, digits, . _ -",
            )
        return self._table(Agent, ("agents", handle), self._section(("agents", handle)))

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
    if kind is list:
        return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


_OPTIONAL = {
    spec["check"]
    for table in (Mailbox, Sla)
    for spec in options_of(table).values()
    if spec["default"] == "" and spec["check"] is not None
}
"""Checks whose option may be left out, which then is None."""
