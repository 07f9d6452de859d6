"""The demo from end to end: fill a mailbox, run the tracker's commands on it, serve the portal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.markup import escape
from rich.progress import track

from tracker.core.errors import TrackerError
from tracker.demo.commands import AGENT_ADDRESS, Commands
from tracker.demo.letters import sent
from tracker.demo.mailbox import EmbeddedMailbox
from tracker.demo.sample import SampleMail, answers, load, request_types
from tracker.demo.state import Folder, State
from tracker.demo.web import PortalServer

ADDRESS = "support@demo.example"
NAMES = {"ru": "Служба аккредитации", "en": "Accreditation desk"}
AGENTS = {"ru": "Анна", "en": "Anna"}
# Zeros, so that nobody's telephone rings.
PHONE = "+7 495 000-00-00"
HOURS = {"ru": "пн-пт 9:00-18:00", "en": "Mon-Fri 9:00-18:00"}
PAUSE = 2.0
ROUND = 60.0
_TOLD = {
    "fetched": "mails read",
    "opened": "new requests",
    "commented": "comments",
    "ignored": "known already",
    "quarantined": "put aside",
    "sent": "letters sent",
    "failed": "not sent yet",
}


@dataclass(frozen=True)
class Options:
    """What the user may choose."""

    folder: Path
    port: int = 8000
    imap_port: int = 0
    smtp_port: int = 0
    language: str = "ru"


class Demo:
    """One demo, from the empty folder to the running portal."""

    def __init__(self, options: Options, console: Console) -> None:
        self.options = options
        self.console = console
        self.folder = Folder(options.folder)
        self.commands = Commands(self.folder.desk)
        self.counts: Counter[str] = Counter()
        self._shown = ""
        self.folder.renew()
        self.mailbox = EmbeddedMailbox(
            ADDRESS,
            self.folder.letters,
            imap_port=options.imap_port,
            smtp_port=options.smtp_port,
        )
        self.portal = PortalServer(self.folder.desk / "site", options.port)

    def __enter__(self) -> Demo:
        return self

    def __exit__(self, *_: object) -> None:
        self.mailbox.stop()
        self.portal.close()
        self.folder.release()

    def prepare(self) -> None:
        """Do the main job once: mail in, requests, answers, letters out, the portal."""
        with self._step("A mailbox and an SMTP server, on loopback, in memory"):
            self.mailbox.start()
        if self.options.port not in (0, self.portal.port):
            self.console.print(
                f"  Port {self.options.port} is taken: the portal is at {self.portal.url}"
            )
        self._save()
        mails = load(datetime.now().astimezone())
        self._fill(mails)
        with self._step("tracker init"):
            self._init()
        self._sync()
        self._answer(answers(mails))
        self._sync()
        self._build()

    def watch(self) -> None:
        """Follow mail and commits until interrupted; now and then see to what has to wait."""
        self.portal.start()
        due = monotonic() + ROUND
        while True:
            came = self.mailbox.mail_came.wait(PAUSE)
            if came or monotonic() > due or self.commands.head() != self._shown:
                self.mailbox.mail_came.clear()
                due = monotonic() + ROUND
                self._follow(quietly=not came)

    def _follow(self, *, quietly: bool) -> None:
        try:
            if not quietly or self.commands.head() != self._shown:
                self._sync()
            else:
                self.commands.tracker("sync")
            if self.commands.head() != self._shown:
                self._build()
        except TrackerError as problem:
            self._shown = self.commands.head()
            self.console.print(f"[red]✗[/red] {escape(problem.message)}", highlight=False)

    def _build(self) -> None:
        self._shown = self.commands.head()
        self.portal.ready.clear()
        try:
            with self._step("tracker build"):
                self.commands.tracker("build")
        finally:
            self.portal.ready.set()

    def figures(self) -> list[tuple[str, int]]:
        """Return what happened, in numbers."""
        tickets = self.commands.tracker_json("list", "--status", "any")
        statuses = Counter(ticket["status"] for ticket in tickets)
        return [
            ("mails in the mailbox", self.counts["mails"]),
            ("new requests", self.counts["opened"]),
            ("comments added to requests", self.counts["commented"]),
            ("answers given by the agent", self.counts["answered"]),
            ("mails put aside (quarantine)", self.counts["quarantined"]),
            ("mails known already, ignored", self.counts["ignored"]),
            ("letters sent", len(sent(self.folder.letters))),
            ("requests open or waiting", statuses["open"] + statuses["waiting"]),
            ("requests closed", statuses["closed"]),
        ]

    def _fill(self, mails: list[SampleMail]) -> None:
        arriving = self.mailbox.append((mail.raw, mail.arrived) for mail in mails)
        for _ in track(
            arriving,
            f"  {len(mails)} mails into the mailbox",
            total=len(mails),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        ):
            self.counts["mails"] += 1
        self.console.print(f"[green]✓[/green] {len(mails)} mails into the mailbox")

    def _init(self) -> None:
        language = self.options.language
        self.commands.tracker(
            *("init", str(self.folder.desk), "--name", NAMES[language], "--prefix", "DEMO"),
            *("--address", ADDRESS, "--imap", self.mailbox.imap_url),
            *("--smtp", self.mailbox.smtp_url, "--language", language),
            *("--visibility", "public", "--portal-url", self.portal.url),
            *("--phone", PHONE, "--hours", HOURS[language], "--timezone", "Europe/Moscow"),
            *("--agent", f"anna={AGENTS[language]} <{AGENT_ADDRESS}>", "--yes"),
            in_desk=False,
        )
        self.commands.offer(request_types(language))
        self.commands.make_remote(self.folder.remote)
        self.commands.export(self.folder.path / "secrets.sh")

    def _sync(self) -> None:
        begun = monotonic()
        with self.console.status("tracker sync"):
            result = self.commands.tracker_json("sync")
        self.counts.update({name: result[name] for name in _TOLD})
        told = [f"{result[name]} {words}" for name, words in _TOLD.items() if result[name]]
        self._done(f"tracker sync: {', '.join(told) or 'nothing new'}", begun)

    def _answer(self, planned: dict[str, SampleMail]) -> None:
        tickets = self.commands.tracker_json("list", "--status", "any")
        chosen: dict[str, str] = {}
        for ticket in sorted(tickets, key=lambda ticket: int(ticket["id"].split("-")[-1])):
            chosen.setdefault(ticket["requester"]["email"], ticket["id"].split("-")[-1])
        work = [(chosen[sender], mail) for sender, mail in planned.items() if sender in chosen]
        for number, mail in track(
            work,
            "  tracker reply",
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        ):
            closing = ["--close"] if mail.close else []
            self.commands.tracker("reply", number, "--as", "anna", "--text", mail.answer, *closing)
            self.counts["answered"] += 1
        self.console.print(f"[green]✓[/green] tracker reply --as anna, {len(work)} times")

    def _save(self) -> None:
        self.folder.save(
            State(
                ADDRESS,
                self.portal.url,
                self.mailbox.imap_port,
                self.mailbox.smtp_port,
                self.options.language,
            )
        )

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        begun = monotonic()
        with self.console.status(name):
            yield
        self._done(name, begun)

    def _done(self, name: str, begun: float) -> None:
        took = monotonic() - begun
        line = f"[green]✓[/green] {name} [dim]{took:.1f} s[/dim]"
        self.console.print(line, highlight=False, soft_wrap=True)
