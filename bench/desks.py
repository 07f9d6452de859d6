"""Desks of any size for measuring: tickets of about 1.9 KB, always the same."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.corpus import ENGLISH, RUSSIAN
from tracker.adapters.commits import Change, make_commit
from tracker.adapters.git import Git
from tracker.core.addresses import Address
from tracker.core.document import render
from tracker.core.fields import visibility_of
from tracker.core.ticket import Entry, Ticket, ticket_path

PREFIX = "BENCH"
_START = datetime(2020, 1, 1, tzinfo=UTC)


def tickets(count: int, seed: int = 2) -> Iterator[Ticket]:
    """Yield ``count`` tickets, four in five closed, half of them Russian."""
    rng = random.Random(seed)
    for number in range(1, count + 1):
        words = RUSSIAN if rng.random() < 0.5 else ENGLISH
        person = Address(" ".join(rng.choices(words, k=2)).title(), f"u{number % 9973}@example.org")
        at = _START + timedelta(minutes=20 * number)
        asked = Entry(
            f"a{number}",
            at,
            person,
            "requester",
            "email",
            _text(rng, words, 6),
            message_id=f"<{number}@mail.example.org>",
            digest=f"{number:016x}",
            told={person.key: f"{at:%Y-%m-%dT%H:%M:%SZ}"},
        )
        agent = Address("Анна", "anna@example.org")
        answered = Entry(
            f"b{number}",
            at + timedelta(hours=3),
            agent,
            "agent",
            "cli",
            _text(rng, words, 3),
            format="markdown",
            told={person.key: f"{at + timedelta(hours=4):%Y-%m-%dT%H:%M:%SZ}"},
        )
        title = " ".join(rng.choices(words, k=4)).capitalize()
        closed = rng.random() < 0.8
        labels = tuple(rng.sample(words, rng.randint(0, 2)))
        changes = [("labelled", {"label": one}) for one in labels]
        changes += [("closed", {})] if closed else []
        events = (
            _event(f"c{number}x{n}", at + timedelta(hours=3), agent, person, name, data)
            for n, (name, data) in enumerate(changes)
        )
        yield Ticket(
            id=f"{PREFIX}-{number}",
            title=title,
            status="closed" if closed else "open",
            requester=person,
            created=at,
            labels=labels,
            entries=(replace(asked, data={"title": title}), answered, *events),
        )


def _event(
    entry: str, at: datetime, agent: Address, person: Address, name: str, data: dict[str, str]
) -> Entry:
    """What a change of the fields leaves behind: else it would pass for one by hand."""
    told = {person.key: f"{at + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"} if name == "closed" else {}
    return Entry(
        *(entry, at, agent, "agent", "cli"),
        kind="event",
        visibility=visibility_of(name),
        event=name,
        data=data,
        told=told,
    )


def _text(rng: random.Random, words: list[str], paragraphs: int) -> str:
    sentences = (" ".join(rng.choices(words, k=12)).capitalize() for _ in range(paragraphs))
    return ".\n\n".join(sentences)


def make(folder: Path, count: int, *options: str) -> tuple[Path, Path]:
    """Make a public desk of ``count`` tickets with a bare remote; return both folders."""
    root, remote = folder / "desk", folder / "remote.git"
    command = [sys.executable, "-m", "tracker", "init", str(root), "--name", "Bench"]
    command += ["--prefix", PREFIX, "--address", "support@example.org", "--visibility", "public"]
    quiet = subprocess.DEVNULL
    subprocess.run([*command, *options, "--yes"], check=True, stdout=quiet)
    git = Git(root)
    files: dict[str, bytes | None] = {
        ticket_path(PREFIX, one.number): render(one, "ru").encode() for one in tickets(count)
    }
    base = git.commit_of("main")
    desk = Address("Bench", "support@example.org")
    made = make_commit(git, base, Change(files, f"{count} tickets"), desk, _START)
    git.run("reset", "--quiet", "--hard", made)
    subprocess.run(["git", "clone", "-q", "--bare", str(root), str(remote)], check=True)
    git.run("remote", "add", "origin", str(remote))
    git.run("fetch", "--quiet", "origin")
    return root, remote
