"""What several commands share: opening the desk, options, and progress on a terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.desk.desk import Desk

if TYPE_CHECKING:
    from tracker.desk.acting import Done

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

as_option = click.option("--as", "handle", metavar="AGENT", help="Who you are; else Git's e-mail.")
numbers_argument = click.argument("numbers", nargs=-1, required=True, metavar="NUMBER…")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

Step = Callable[[int, int], None]


def open_desk(folder: Path) -> Desk:
    """Open the desk; a cold index shows its progress on a terminal."""
    desk = Desk.open(folder)
    if sys.stderr.isatty():
        desk.progress = _line("Indexing tickets")
    return desk


def _line(what: str) -> Step:
    def step(done: int, total: int) -> None:
        if total >= 2000:
            click.echo(f"\r{what}: {done:,} of {total:,}", nl=done >= total - 500, err=True)

    return step


def _unwatched(_done: int, _total: int) -> None:
    """Nobody looks on."""


@contextmanager
def progress_bar(what: str, *, shown: bool) -> Iterator[Step]:
    """Yield a function to call with what is done and what there is; a bar on a terminal."""
    if not (shown and sys.stderr.isatty()):
        yield _unwatched
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield step


def echo_json(value: Any) -> None:
    """Print a value as JSON for other programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def clean(text: str) -> str:
    """Return what a mail brought so that it can't steer the terminal: no escape sequence, no bell,
    no return.
    """
    return _CONTROL.sub("\ufffd", text)


def acting(folder: Path, handle: str | None) -> tuple[Desk, str]:
    """Open the desk; return it and the handle of who acts."""
    from tracker.desk.acting import agent_of  # reading commands start without it

    desk = open_desk(folder)
    return desk, agent_of(desk, handle)


def several(
    last: str, unless: str
) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], tuple[str, ...]]:
    """Return a check that there are two words or more, since the last one is something else.

    ``last`` is the sentence for too few; one is enough with the option ``unless``, an eager one.
    """

    def check(
        context: click.Context, _: click.Parameter, words: tuple[str, ...]
    ) -> tuple[str, ...]:
        if len(words) < 2 and not context.params.get(unless):
            raise click.UsageError(last, context)
        return words

    return check


def report(done: Iterable[Done], said: str) -> None:
    """Print for each ticket what holds now, and each thing to know about it once."""
    notes: dict[str, None] = {}
    for one in done:
        click.echo(f"{one.ticket}: {said}")
        notes.setdefault(one.note)
    for sentence in notes:
        note(sentence)


def note(sentence: str) -> None:
    """Print a sentence for the person on stderr, nothing where it is empty."""
    if sentence:
        click.echo(sentence, err=True)


def unnamed(sentence: str) -> None:
    """Print a sentence on stderr without anybody's address or telephone number."""
    from tracker.core.pages.masking import Mask

    note(Mask()(sentence))
