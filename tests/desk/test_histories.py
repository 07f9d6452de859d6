"""Random histories of a desk: mails, copies, commits, commands, crashes, two machines; its laws.

No entry is lost or doubled, numbers are unique, every public entry is told once to each who must
know, no letter goes twice but after a crash, internal words are told to nobody outside, every file
can be read.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import run
from tests.desk.replies import PROGRAMS, reply, whole, words_of
from tests.servers.smtp import Letter
from tracker.core.addresses import Address
from tracker.core.ticket import Ticket

pytestmark = pytest.mark.servers
PEOPLE = ("ivan", "olga")
COLLEAGUES = ("petr", "vera")
AGENTS = {"anna": "Anna <anna@example.org>", "boris": "Boris <boris@example.org>"}
STAFF = {("anna@example.org",), ("boris@example.org",)}
POINTS = (
    *("before:publish:1", "after:publish:1", "after:commit:2", "before:send:1", "after:send:1"),
    *("after:note:1", "before:clear:1", "before:follow:1", "after:publish:2"),
)
SETTINGS = """
[agents.boris]
name = "Борис"
emails = ["boris@example.org"]

[limits]
confirmation_minutes = 1
confirmations_a_day = 1000
"""


class History:
    """One desk with two clones, what was done to it, and what must be true afterwards."""

    def __init__(self, desk: RealDesk, seed: int) -> None:
        self.desk = desk
        self.random = random.Random(seed)
        self.machines = [desk.root, desk.clone("second")]
        self.done: list[str] = []
        self.mails: set[str] = set()
        self.wishes: set[str] = set()
        self.answers: dict[str, str] = {}
        self.secrets: set[str] = set()
        self.crashes = 0
        self._words = 0

    def word(self) -> str:
        """Return a word that stands nowhere else."""
        self._words += 1
        return f"слово{self._words:03d}ъ"

    def step(self) -> None:
        """Do one thing at random."""
        actions: tuple[tuple[int, Callable[[], None]], ...] = (
            (4, self.mail),
            (4, self.answer_mail),
            (3, self.commit),
            (3, self.command),
            (2, self.note),
            (2, self.outsider),
            (2, self.colleague),
            (1, self.silence),
            (1, self.forger),
            (1, self.out_of_office),
            (6, self.sync),
            (2, self.crash),
            (2, self.both),
        )
        weights = [weight for weight, _ in actions]
        (action,) = self.random.choices([one for _, one in actions], weights)
        self.done.append(action.__name__)
        action()

    # What people do

    def mail(self) -> None:
        """Write a new mail."""
        name = self.random.choice(PEOPLE)
        n = len(self.mails)
        self.mails.add(f"<{name}-{n}@example.org>")
        self.desk.mailbox.append(letter(name, n))

    def answer_mail(self) -> None:
        """Reply to a letter that the desk sent."""
        self._answer(self.random.choice((*PEOPLE, *COLLEAGUES)), self.word())

    def colleague(self) -> None:
        """Reply with somebody in copy, who then takes part."""
        copies = self.random.sample(COLLEAGUES, self.random.choice((1, 2)))
        header = f"Cc: {', '.join(f'{name}@example.org' for name in copies)}\r\n"
        self._answer(self.random.choice(PEOPLE), self.word(), header)

    def silence(self) -> None:
        """Ask for no more letters about a request, or for them again."""
        wish = self.random.choice(("/stop", "/stop", "/resume"))
        before = set(self.mails)
        self._answer(self.random.choice((*PEOPLE, *COLLEAGUES)), wish)
        self.wishes |= self.mails - before

    def _answer(self, name: str, text: str, extra: str = "") -> None:
        letters = self.desk.smtp.letters_to(f"{name}@example.org")
        if letters:
            self._reply(name, self.random.choice(letters), text, extra)

    def _reply(self, name: str, letter: Letter, text: str, extra: str = "") -> None:
        n = len(self.mails)
        program = self.random.choice(PROGRAMS)
        raw = reply(program, letter.message, f"{name}@example.org", text, n=n, extra=extra)
        self.mails.add(f"<{program}-{n}-{name}@mail.example>")
        self.desk.mailbox.append(raw)

    def out_of_office(self) -> None:
        """Let a machine answer a letter."""
        header = "Auto-Submitted: auto-replied\r\n"
        self._answer(self.random.choice(PEOPLE), "Я в отпуске.", header)

    def forger(self) -> None:
        """Write with a token that was meant for somebody else."""
        letters = [
            one for name in PEOPLE for one in self.desk.smtp.letters_to(f"{name}@example.org")
        ]
        if letters:
            secret = self.word()
            self.secrets.add(secret)
            self._reply("mallory", self.random.choice(letters), secret)

    def commit(self) -> None:
        """Answer under the reply mark, on one of two machines."""
        self._write(self.random.choice(list(AGENTS.values())), public=True)

    def outsider(self) -> None:
        """Write there without being an agent."""
        self._write("Mallory <mallory@elsewhere.example>", public=False)

    def _write(self, author: str, *, public: bool) -> None:
        root = self.random.choice(self.machines)
        self._git(root, "pull", "-q", "--rebase", "origin", "main")
        files = sorted(root.glob("tickets/000/*.md"))
        if not files:
            return
        file, word = self.random.choice(files), self.word()
        ending = self.random.choice(("", "\n", "\n\n/close\n", "\n/label срочно\n"))
        # As bytes: a web editor may have written CRLF.
        file.write_bytes(file.read_bytes() + f"\n{word}\n{ending}".encode())
        self._git(root, "commit", "-qam", "Write", "--author", author)
        self._git(root, "push", "-q", "origin", "HEAD:main")
        if public:
            self.answers[word] = file.stem
        else:
            self.secrets.add(word)

    def command(self) -> None:
        """Answer, close or reopen on the command line."""
        number = self._number()
        if number:
            word = self.word()
            kind = self.random.choice(("reply", "reply --close", "close", "reopen", "assign"))
            name, *options = kind.split()
            text = ["--text", word] if name == "reply" else []
            who = [self._agent()] if name == "assign" else []
            done = self.desk.run(name, number, *who, "--as", self._agent(), *text, *options)
            assert done.returncode == 0, done.stderr
            if text:
                self.answers[word] = f"ACCREDO-{number}"

    def note(self) -> None:
        """Note something for agents alone."""
        number = self._number()
        if number:
            secret = self.word()
            self.secrets.add(secret)
            done = self.desk.run("note", number, "--as", self._agent(), "--text", secret)
            assert done.returncode == 0, done.stderr

    def _agent(self) -> str:
        return self.random.choice(list(AGENTS))

    def _number(self) -> str:
        numbers = sorted(self.desk.tickets())
        return self.random.choice(numbers).rpartition("-")[2] if numbers else ""

    # What machines do

    def sync(self) -> None:
        """Run the job on one machine."""
        root = self.random.choice(self.machines)
        done = self.desk.run("sync", root=root)
        assert done.returncode in (0, 3), done.stderr

    def crash(self) -> None:
        """Run the job and kill it somewhere, if it comes so far."""
        root, point = self.random.choice(self.machines), self.random.choice(POINTS)
        self.desk.crash(point, "sync", root=root)
        self.crashes += 1
        # Another machine sends when the dead one's lease has run out; here it comes back.
        self.desk.run("sync", root=root)

    def both(self) -> None:
        """Run the job on both machines at once."""
        runs = [self.desk.start("sync", root=root) for root in self.machines]
        for one in runs:
            _, err = one.communicate()
            assert one.returncode in (0, 3), err

    def _git(self, root: Path, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)

    # The laws

    def check(self) -> None:
        """Run until nothing is left to do, then look at everything."""
        for root in self.machines:
            done = self.desk.run("sync", root=root)
            assert done.returncode == 0, done.stderr
        # The limits let one letter a minute go to an address.
        for minutes in range(60, 200, 2):
            report = run(self.desk, timedelta(minutes=minutes))
            assert report.failed == []
            if not (report.sent or report.waiting):
                break
        assert not report.waiting
        quiet = self.desk.sync()
        assert (quiet["fetched"], quiet["sent"], quiet["stamped"]) == (0, 0, 0)
        self._nothing_lost_or_doubled()
        self._answers_told()
        self._requests_confirmed()
        self._agents_told()
        self._events_told()
        self._no_letter_twice()
        self._nothing_leaked()
        assert self.desk.run("check").returncode == 0

    def _nothing_lost_or_doubled(self) -> None:
        entries = self.desk.entries()
        # A wish that is true already leaves no entry.
        assert self.mails - self.wishes <= set(entries) <= self.mails
        assert set(entries.values()) <= {1}
        texts = Counter(
            word
            for ticket in self.desk.tickets().values()
            for entry in ticket.entries
            for word in entry.text.split()
            if word.startswith("слово")
        )
        for word in (*self.answers, *self.secrets):
            assert texts[word] == 1, word
        numbers = sorted(ticket.number for ticket in self.desk.tickets().values())
        assert numbers == list(range(1, len(numbers) + 1))

    def _answers_told(self) -> None:
        """Each answer is in one letter to each who takes part, and in none to anybody else."""
        tickets = self.desk.tickets()
        for word, name in self.answers.items():
            ticket = tickets[name]
            place = next(n for n, one in enumerate(ticket.entries) if word in one.text.split())
            told = {
                address for address in ticket.entries[place].told if not address.startswith("@")
            }
            assert told >= _must_know(ticket, place), (word, name)
            found = Counter(
                one.recipients[0] for one in self._different() if word in words_of(one.message)
            )
            assert found == Counter(told), (word, name)

    def _requests_confirmed(self) -> None:
        """Each number is told to its requester once, or stands in the first letter about it."""
        for ticket in self.desk.tickets().values():
            asked = [
                one
                for one in self._different()
                if one.recipients == (ticket.requester.email,)
                and ticket.id in re.findall(r"ACCREDO-\d+", whole(one.message))
            ]
            confirmed = [one for one in asked if one.message["Auto-Submitted"] == "auto-replied"]
            assert len(confirmed) <= 1, ticket.id
            if ticket.requester.key in _must_know(ticket, 0):
                assert ticket.requester.key in ticket.entries[0].told, ticket.id
                assert asked, ticket.id

    def _agents_told(self) -> None:
        """What requesters and participants write is told to each agent it was meant for."""
        for ticket in self.desk.tickets().values():
            for entry in ticket.entries:
                if entry.visibility != "held" and not entry.automatic:
                    handles = entry.data.get("tell", "").split()
                    told = {f"@{one}" for one in handles} <= set(entry.told)
                    assert told, (ticket.id, entry.id)
                    outside = entry.role in ("requester", "participant")
                    assert handles or not outside or entry.kind != "message", (ticket.id, entry.id)

    def _events_told(self) -> None:
        """Each closing, reopening and joining is told once to each whom it concerns."""
        for ticket in self.desk.tickets().values():
            for name, sentence in SENTENCES.items():
                told: Counter[str] = Counter()
                for place, one in enumerate(ticket.entries):
                    if one.event == name and (one.role == "agent" or name == "joined"):
                        assert set(one.told) >= _must_know(ticket, place), (ticket.id, one.id)
                        told.update(at for at in one.told if (at,) not in STAFF and at[0] != "@")
                said: Counter[str] = Counter()
                for each in self._different():
                    if each.recipients not in STAFF:
                        text = " ".join(words_of(each.message).split())
                        found = re.findall(sentence.format(id=ticket.id), text)
                        said[each.recipients[0]] += len(found)
                assert +said == +told, (ticket.id, name)

    def _no_letter_twice(self) -> None:
        """A letter goes once; a crash repeats one at most, and that to the last byte."""
        times = Counter(str(one.message["Message-ID"]) for one in self.desk.smtp.letters())
        assert times.total() - len(times) <= self.crashes, times
        assert len({one.raw for one in self.desk.smtp.letters()}) == len(times)

    def _different(self) -> list[Letter]:
        """The letters, those that went twice once."""
        return list(
            {str(one.message["Message-ID"]): one for one in self.desk.smtp.letters()}.values()
        )

    def _nothing_leaked(self) -> None:
        for one in self.desk.smtp.letters():
            if one.recipients not in STAFF:
                leaked = {word for word in self.secrets if word in whole(one.message)}
                assert not leaked, (leaked, one.recipients)


SENTENCES = {
    "closed": r"Обращение {id} закрыто\.",
    "reopened": r"Обращение {id} снова открыто\.",
    "joined": r"(?:К обращению {id} подключён участник|вы подключены к обращению {id}\.)",
}
"""How a letter to somebody outside tells of an event."""


def _must_know(ticket: Ticket, place: int) -> set[str]:
    """Who has to be told of what agents did there: who takes part by then, and wants letters."""
    before = ticket.entries[: place + 1]
    # Who took part before is not told that somebody joined.
    shown = before[-1:] if ticket.entries[place].event == "joined" else before
    people = {Address.parse(one.data["who"]).key for one in shown if one.event == "joined"}
    people.add(ticket.requester.key)
    silent = {one.data.get("who", "") for one in ticket.entries if one.event == "muted"}
    return {one for one in people if one not in {Address.parse(each).key for each in silent}}


def _play(desk: RealDesk, seed: int, steps: int) -> None:
    history = History(desk, seed)
    try:
        for begin in (history.mail, history.sync, history.colleague):
            history.done.append(begin.__name__)
            begin()
        for _ in range(steps):
            history.step()
        history.check()
    except BaseException:
        print(f"seed {seed}: {' '.join(history.done)}")
        raise


@pytest.mark.parametrize("seed", range(4))
def test_a_short_history(desk_of: Callable[..., RealDesk], seed: int) -> None:
    _play(desk_of(settings=SETTINGS), seed, 14)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 140))
def test_a_long_history(desk_of: Callable[..., RealDesk], seed: int) -> None:
    _play(desk_of(settings=SETTINGS), seed, 60)
