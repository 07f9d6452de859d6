"""The questions of a telephone call, in the order of the call, and the look before saving."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import click

from tracker.cli.writing import in_editor
from tracker.core import operations
from tracker.core.addresses import Address, one_line
from tracker.core.conversation import is_over
from tracker.core.errors import TrackerError
from tracker.core.option_checks import EMAIL
from tracker.core.pages.html import STATUS_NAMES
from tracker.core.texts import texts
from tracker.core.ticket import Ticket
from tracker.desk.desk import Desk
from tracker.desk.finding import earlier_tickets
from tracker.desk.queries import Row, find_ticket

_NUMBER = re.compile(r"#?(?:[A-Za-z][A-Za-z0-9]{1,9}-)?[1-9][0-9]{0,9}")
_SHOWN = 10
_EDITOR = "/e"
_DROP = ("q", "й")  # the same key on a Russian keyboard
_NOTE = "2"


@dataclass(slots=True)
class Call:
    """What is known of a call. ``earlier`` is the ticket it goes on with, where it does;
    ``linked`` the number of one that is too old for that.
    """

    name: str = ""
    phone: str = ""
    email: str = ""
    title: str = ""
    text: str = ""
    labels: tuple[str, ...] = ()
    assignee: str = ""
    internal: bool = False
    earlier: Ticket | None = None
    linked: int = 0

    @property
    def caller(self) -> Address:
        """Who calls."""
        return Address(self.name, self.email)


class _Step(NamedTuple):
    """A question: its heading, how to ask it, what is known."""

    heading: str
    ask: Callable[[], None]
    known: Callable[[], str]


@dataclass(slots=True)
class Dialogue:
    """A call in progress. Ctrl-C at any question raises click.Abort; nothing is saved here."""

    desk: Desk
    handle: str
    call: Call
    _shown: set[str] = field(default_factory=set)

    def run(self) -> Call:
        """Ask what is not known yet, show it all, and return it once the operator agrees."""
        own = self.desk.settings
        agent = own.agents[self.handle].name
        click.echo(self._("Say: “%(desk)s, %(agent)s, hello!”", desk=own.desk.name, agent=agent))
        click.echo(self._("Enter skips what is not needed; Ctrl-C drops the call."))
        for known, ask in (
            (self.call.name, self._ask_name),
            (self.call.phone, self._ask_phone),
            (self.call.email, self._ask_email),
        ):
            if not known and not self.call.earlier:
                ask()
            self._show_earlier()
        if self._shown and not (self.call.earlier or self.call.linked):
            self._ask_earlier()
        if self.call.earlier:
            self._ask_text()
            self._ask_kind()
        else:
            for step in self._steps()[3:]:
                if not step.known():
                    step.ask()
        self._look()
        return self.call

    def _(self, sentence: str, /, **values: object) -> str:
        return texts(self.desk.settings.desk.language)._(sentence, **values)

    def _steps(self) -> list[_Step]:
        """The questions whose answers are shown before saving."""
        call = self.call
        text = _Step(self._("Text"), self._ask_text, lambda: call.text)
        name = _Step(self._("Name"), self._ask_name, lambda: call.name)
        if call.earlier:
            kinds = (self._("the caller's message"), self._("a note for agents"))
            kind = _Step(self._("Kept as"), self._ask_kind, lambda: kinds[call.internal])
            return [name, text, kind]
        return [
            name,
            _Step(self._("Telephone"), self._ask_phone, lambda: call.phone),
            _Step(self._("Mail address"), self._ask_email, lambda: call.email),
            _Step(self._("Title"), self._ask_title, lambda: call.title),
            text,
            _Step(self._("Labels"), self._ask_labels, lambda: ", ".join(call.labels)),
            _Step(self._("Assignee"), self._ask_assignee, lambda: call.assignee),
        ]

    # Who calls

    def _ask_name(self) -> None:
        if self.call.earlier:
            self.call.name = self._line(self._("Caller's name"), self.call.earlier.requester.shown)
            return
        while not self.call.name:
            said = self._line(self._("Caller's name, or the number of their request"))
            if _NUMBER.fullmatch(said):
                if self._go_on_with(said) and self.call.earlier:
                    self._ask_name()
            else:
                self.call.name = said

    def _ask_phone(self) -> None:
        while True:
            self.call.phone = self._line(self._("Their telephone number"))
            if not self.call.phone or any(one.isdigit() for one in self.call.phone):
                return
            self._tell(self._("A telephone number has digits."))

    def _ask_email(self) -> None:
        while True:
            self.call.email = self._line(self._("Their mail address, for our answers"))
            if not self.call.email or EMAIL.fullmatch(self.call.email):
                return
            self._tell(self._("That is no mail address; it looks like name@example.org."))

    # What they called about before

    def _show_earlier(self) -> None:
        call = self.call
        if call.earlier or not (call.name or call.phone or call.email):
            return
        found = earlier_tickets(self.desk, call.name, call.phone, call.email)
        for row in [one for one in found if one.id not in self._shown][:_SHOWN]:
            if not self._shown:
                click.echo(self._("Earlier requests of this caller:"))
            self._shown.add(row.id)
            click.echo(f"  {self._row(row)}")

    def _row(self, row: Row) -> str:
        status = texts(self.desk.settings.desk.language, "portal")._(STATUS_NAMES[row.status])
        assignee = f", {row.assignee}" if row.assignee else ""
        return f"{row.id}  {row.title}  ({status}, {row.updated[:10]}{assignee})"

    def _ask_earlier(self) -> None:
        while True:
            said = self._line(self._("About one of these? Its number; Enter for a new request"))
            if not said or self._go_on_with(said):
                return

    def _go_on_with(self, said: str) -> bool:
        """Take a ticket that is there; whether there is one."""
        try:
            number = operations.number_of(self.desk.settings, said)
            _, ticket = find_ticket(self.desk, number)
        except TrackerError as error:
            self._tell(error.message)
            return False
        status = texts(self.desk.settings.desk.language, "portal")._(STATUS_NAMES[ticket.status])
        click.echo(f"  {ticket.id}  {ticket.title}  ({status}, {ticket.requester.shown})")
        if is_over(ticket, self.desk.now()):
            self._tell(self._("It was closed too long ago: this becomes a new one, linked to it."))
            self.call.linked = ticket.number
            self.call.title = self.call.title or ticket.title
        else:
            self.call.earlier = ticket
        return True

    # What they say

    def _ask_title(self) -> None:
        self.call.title = ""
        while not self.call.title:
            self.call.title = self._line(self._("What it is about, in one line"))

    def _ask_text(self) -> None:
        click.echo(self._("What the caller says; an empty line ends it, /e opens your editor."))
        lines: list[str] = []
        while line := click.prompt(">", "", show_default=False, prompt_suffix=" "):
            if line.strip() == _EDITOR:
                lines = [self._edited("\n".join(lines))]
                break
            lines.append(line)
        self.call.text = "\n".join(lines).strip() or self.call.title
        if not self.call.text:
            self._ask_text()

    def _edited(self, text: str) -> str:
        try:
            return in_editor(self._("What the caller says."), begin=text).text
        except TrackerError as error:
            self._tell(error.message)
            return text

    def _ask_kind(self) -> None:
        question = self._("1 the caller's message, 2 a note for agents")
        self.call.internal = self._line(question, "1") == _NOTE

    # Where it belongs

    def _ask_labels(self) -> None:
        self.call.labels = tuple(operations.words_of(self._line(self._("Labels"))))

    def _ask_assignee(self) -> None:
        known = ", ".join(self.desk.settings.agents)
        while True:
            said = self._line(self._("Whose is it (%(agents)s)", agents=known))
            try:
                self.call.assignee = operations.agent_of(self.desk.settings, said) if said else ""
                return
            except TrackerError as error:
                self._tell(error.message)

    def _look(self) -> None:
        """Show it all until the operator saves."""
        while True:
            steps = self._steps()
            click.echo()
            if self.call.earlier:
                click.echo(f"   {self.call.earlier.id}  {self.call.earlier.title}")
            for n, step in enumerate(steps, 1):
                first, *more = step.known().split("\n")
                click.echo(f"{n}  {step.heading}: {first}")
                for line in more:
                    click.echo(f"     {line}")
            said = self._line(self._("Enter saves, a number changes that line, q drops the call"))
            if not said:
                return
            if said.lower() in _DROP:
                raise click.Abort
            if said.isdecimal() and 1 <= int(said) <= len(steps):
                self._change(steps[int(said) - 1])

    def _change(self, step: _Step) -> None:
        if step.ask == self._ask_name:
            self.call.name = ""
        step.ask()

    # Small parts

    def _line(self, question: str, default: str = "") -> str:
        return one_line(click.prompt(question, default, show_default=bool(default)))

    def _tell(self, sentence: str) -> None:
        click.echo(f"  {sentence}")
