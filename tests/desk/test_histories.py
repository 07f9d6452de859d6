"""Random histories of a desk: mails, commits, commands, crashes, two machines; and its laws.

No entry is lost or doubled, numbers are unique, every public entry is told once to each who must
know, internal words are told to nobody outside, every file can be read.
"""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.replies import PROGRAMS, reply, whole, words_of
from tests.servers.smtp import Letter

pytestmark = pytest.mark.servers
PEOPLE = ("ivan", "olga")
ANNA = "anna@example.org"
POINTS = (
    *("before:publish:1", "after:publish:1", "after:commit:2", "before:send:1", "after:send:1"),
    *("after:note:1", "before:clear:1", "before:follow:1", "after:publish:2"),
)
SETTINGS = "\n[limits]\nconfirmation_minutes = 1\nconfirmations_a_day = 1000\n"


class History:
    """One desk with two clones, what was done to it, and what must be true afterwards."""

    def __init__(self, desk: RealDesk, seed: int) -> None:
        self.desk = desk
        self.random = random.Random(seed)
        self.machines = [desk.root, desk.clone("second")]
        self.done: list[str] = []
        self.mails: set[str] = set()
        self.answers: dict[str, str] = {}
        self.secrets: set[str] = set()
        self.crashed = False
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
        name = self.random.choice(PEOPLE)
        letters = self.desk.smtp.letters_to(f"{name}@example.org")
        if letters:
            self._reply(name, self.random.choice(letters), self.word())

    def _reply(self, name: str, letter: Letter, text: str, extra: str = "") -> None:
        n = len(self.mails)
        program = self.random.choice(PROGRAMS)
        raw = reply(program, letter.message, f"{name}@example.org", text, n=n, extra=extra)
        self.mails.add(f"<{program}-{n}-{name}@mail.example>")
        self.desk.mailbox.append(raw)

    def out_of_office(self) -> None:
        """Let a machine answer a letter."""
        name = self.random.choice(PEOPLE)
        letters = self.desk.smtp.letters_to(f"{name}@example.org")
        if letters:
            header = "Auto-Submitted: auto-replied\r\n"
            self._reply(name, self.random.choice(letters), "Я в отпуске.", header)

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
        self._write(f"Anna <{ANNA}>", public=True)

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
            who = ["anna"] if name == "assign" else []
            done = self.desk.run(name, number, *who, "--as", "anna", *text, *options)
            assert done.returncode == 0, done.stderr
            if text:
                self.answers[word] = f"ACCREDO-{number}"

    def note(self) -> None:
        """Note something for agents alone."""
        number = self._number()
        if number:
            secret = self.word()
            self.secrets.add(secret)
            done = self.desk.run("note", number, "--as", "anna", "--text", secret)
            assert done.returncode == 0, done.stderr

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
        self.crashed = True
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
        for root in (*self.machines, *self.machines):
            done = self.desk.run("sync", root=root)
            assert done.returncode == 0, done.stderr
        quiet = self.desk.sync()
        assert (quiet["fetched"], quiet["sent"], quiet["stamped"]) == (0, 0, 0)
        self._nothing_lost_or_doubled()
        self._everybody_told()
        self._nothing_leaked()
        assert self.desk.run("check").returncode == 0

    def _nothing_lost_or_doubled(self) -> None:
        entries = self.desk.entries()
        assert set(entries) == self.mails
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

    def _everybody_told(self) -> None:
        tickets = self.desk.tickets()
        for word, name in self.answers.items():
            requester = tickets[name].requester.email
            letters = [
                one for one in self.desk.smtp.letters_to(requester) if word in self.text(one)
            ]
            ids = {str(one.message["Message-ID"]) for one in letters}
            assert len(ids) == 1, (word, name)
            assert len(letters) <= (2 if self.crashed else 1), (word, name)
        for ticket in tickets.values():
            for entry in ticket.entries:
                person = entry.role == "requester" and entry.kind == "message"
                if person and entry.visibility == "public" and not entry.automatic:
                    assert ANNA in entry.told, (ticket.id, entry.id)

    def _nothing_leaked(self) -> None:
        for one in self.desk.smtp.letters():
            if one.recipients != (ANNA,):
                leaked = {word for word in self.secrets if word in whole(one.message)}
                assert not leaked, (leaked, one.recipients)

    @staticmethod
    def text(one: Letter) -> str:
        return words_of(one.message)


def _play(desk: RealDesk, seed: int, steps: int) -> None:
    history = History(desk, seed)
    try:
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
