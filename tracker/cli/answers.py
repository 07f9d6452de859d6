"""``tracker reply``, ``note`` and ``correct``: what agents say on a ticket."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.common import acting, as_option, report
from tracker.cli.reading import entry_lines
from tracker.cli.writing import Written, kept, written
from tracker.core.texts import texts
from tracker.desk import answers
from tracker.desk.acting import number_from
from tracker.desk.desk import Desk
from tracker.desk.queries import find_ticket
from tracker.desk.snippets import filled

attach_option = click.option(
    "--attach",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Add a file; may be given again.",
)


@click.command()
@click.argument("number")
@as_option
@click.option("--text", help="The answer, as Markdown; else standard input or your editor.")
@click.option("--snippet", metavar="NAME", help="A canned answer; see `tracker snippets`.")
@click.option("--note", "internal", is_flag=True, help="An internal note: agents only.")
@click.option("--close", is_flag=True, help="Close the ticket with it.")
@click.option("--wait", is_flag=True, help="The ticket waits for the requester now.")
@attach_option
@click.pass_obj
def reply(
    folder: Path,
    number: str,
    handle: str | None,
    text: str | None,
    snippet: str | None,
    internal: bool,
    close: bool,
    wait: bool,
    attach: Sequence[Path],
) -> None:
    """Answer a ticket; the next `tracker sync` mails it.

    In the editor the conversation stands below what you write. Commands such as /close are
    obeyed there, each on a line of its own. What was mailed can't be taken back: `tracker
    correct` mails a correction.

    \b
    Examples:
      tracker reply 42                               # write in your editor
      tracker reply 42 --text 'Готово, проверьте.' --close
      tracker reply 42 --text 'Какой у вас браузер?' --wait
      tracker reply 42 --note --text 'Перезвонить в среду.'
      tracker reply 42 --text 'Инструкция:' --attach guide.pdf
      tracker reply 42 --snippet done
    """
    if close and wait:
        raise click.UsageError("--close and --wait exclude each other.")
    if text is not None and snippet is not None:
        raise click.UsageError("--text and --snippet exclude each other.")
    desk, agent = acting(folder, handle)
    ticket = number_from(desk, number)
    if snippet is not None:
        text = filled(desk, snippet, ticket, agent)
    words = _words(desk, ticket, text, attach, "Your note on" if internal else "Your answer to")
    with kept(desk, f"{desk.settings.desk.prefix}-{ticket}", words):
        done = answers.answer(
            desk,
            ticket,
            agent,
            words.text,
            internal=internal,
            close=close,
            wait=wait,
            attach=attach,
            obey=words.edited,
        )
    said = "noted" if internal else "answered"
    report([done], f"{said}{', closed' * close}{', waiting' * wait}")


@click.command()
@click.argument("number")
@as_option
@click.option("--text", help="The note, as Markdown; else standard input or your editor.")
@attach_option
@click.pass_obj
def note(
    folder: Path, number: str, handle: str | None, text: str | None, attach: Sequence[Path]
) -> None:
    """Note something for agents: no letter to the requester holds it, nor does the portal.

    To take it back, delete it from the file and commit.

    \b
    Examples:
      tracker note 42 --text 'У него два кабинета.'
      tracker note 42 --attach log.txt
    """
    desk, agent = acting(folder, handle)
    ticket = number_from(desk, number)
    words = _words(desk, ticket, text, attach, "Your note on")
    with kept(desk, f"{desk.settings.desk.prefix}-{ticket}", words):
        done = answers.answer(
            desk, ticket, agent, words.text, internal=True, attach=attach, obey=words.edited
        )
    report([done], "noted")


@click.command()
@click.argument("number")
@click.argument("entry", default="")
@as_option
@click.option("--text", help="The whole new text, as Markdown; else your editor.")
@click.option("--edited", is_flag=True, help="Mail what you changed in the ticket's file by hand.")
@click.pass_obj
def correct(
    folder: Path, number: str, entry: str, handle: str | None, text: str | None, edited: bool
) -> None:
    """Correct an answer that was mailed: the next `tracker sync` mails the correction.

    ENTRY is the answer's place or id as `tracker show` prints it; without it the last answer is
    meant. To take a correction back, correct it again.

    \b
    Examples:
      tracker correct 42                             # change the last answer in your editor
      tracker correct 42 3 --text 'Приём до 18:00, а не до 19:00.'
      tracker correct 42 --edited                    # after a change by hand
    """
    desk, agent = acting(folder, handle)
    ticket = number_from(desk, number)
    name = f"{desk.settings.desk.prefix}-{ticket}"
    before = answers.sent_answer(desk, ticket, entry)
    words = Written(before)
    if not edited:
        words = written(text, f"Your answer on {name}: what you save is mailed.", begin=before)
    with kept(desk, name, words):
        done = answers.correct(desk, ticket, agent, entry, None if edited else words.text)
    report([done], "corrected")


def _words(desk: Desk, number: int, text: str | None, attach: Sequence[Path], task: str) -> Written:
    """Return what is said; the editor shows the conversation. Files may come without a word."""
    if text is not None or not sys.stdin.isatty():
        return written(text, "")
    if attach:
        return Written("")
    _, ticket = find_ticket(desk, number)
    words = texts(desk.settings.desk.language)
    lines = [f"/close, /wait, /assign {next(iter(desk.settings.agents))}: a line each."]
    for n, entry in reversed(list(enumerate(ticket.entries, 1))):
        lines += ["", *entry_lines(n, entry, words)]
    return written(None, f"{task} {ticket.id}, {ticket.title}, as Markdown.", lines)
