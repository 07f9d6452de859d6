"""``tracker demo``: a whole help desk on this machine, with a mailbox of its own."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tracker.core.errors import TrackerError
from tracker.demo import letters
from tracker.demo.run import Demo, Options
from tracker.demo.state import Folder

DEFAULT_FOLDER = Path(".demo")
_YOU = {"ru": "Вы <you@mail.example>", "en": "You <you@mail.example>"}
_SUBJECT = {"ru": "Проба", "en": "A try"}
_TEXT = {"ru": "Здравствуйте! Это пробное обращение.", "en": "Hello! This is a try."}
_QUESTION = {"ru": "Как продлить аккредитацию?", "en": "How do I renew our accreditation?"}
_ANSWER = {"ru": "Готово.", "en": "Done."}


def _folder_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--dir",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=DEFAULT_FOLDER,
        show_default=True,
        help="The folder the demo lives in; each run makes it anew.",
    )(command)


@click.group(name="demo", invoke_without_command=True)
@_folder_option
@click.option("--port", default=8000, show_default=True, help="Where the portal is served.")
@click.option("--imap-port", default=0, help="The mailbox's IMAP port; 0 takes a free one.")
@click.option("--smtp-port", default=0, help="The mailbox's SMTP port; 0 takes a free one.")
@click.option("--language", type=click.Choice(["ru", "en"]), default="ru", show_default=True)
@click.option("--once", is_flag=True, help="Do the job, build the portal, and end.")
@click.option("--no-browser", is_flag=True, help="Do not open the portal in a browser.")
@click.pass_context
def demo(context: click.Context, /, **options: Any) -> None:
    """Show a whole desk on this machine: a mailbox with forty mails, requests, the portal."""
    if context.invoked_subcommand is None:
        _run(**options)
    else:
        context.obj = options["folder"]


@demo.command()
@_folder_option
@click.option("--from", "sender", help=f"Who writes.  [default: {_YOU['en']}]")
@click.option("--subject", help="The subject.")
@click.option("--text", help="The text.")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.pass_context
def send(
    context: click.Context,
    folder: Path,
    sender: str | None,
    subject: str | None,
    text: str | None,
    file: Path | None,
) -> None:
    """Send a mail to the running demo: a text of your own, or FILE with a whole mail."""
    state = Folder(_chosen(context, folder)).running()
    sender = sender or _YOU[state.language]
    words = (subject or _SUBJECT[state.language], text or _TEXT[state.language])
    raw = file.read_bytes() if file else letters.compose(sender, state.address, *words)
    letters.send(state, sender, raw)
    click.echo(f"Sent to {state.address}. In a few seconds it is a request: {state.portal}")


@demo.command(name="letters")
@_folder_option
@click.argument("number", required=False, type=int)
@click.pass_context
def show_letters(context: click.Context, folder: Path, number: int | None) -> None:
    """List the letters that went out, or show the one with NUMBER."""
    found = letters.sent(Folder(_chosen(context, folder)).letters)
    if number is None:
        _print_list(found)
        return
    wanted = [letter for letter in found if letter.number == number]
    if not wanted:
        raise TrackerError(
            f"There is no letter {number}.", f"{len(found)} went out: tracker demo letters"
        )
    click.echo(f"To: {wanted[0].to}\nSubject: {wanted[0].subject}\n\n{wanted[0].text}")
    click.echo(f"({wanted[0].path})", err=True)


def _chosen(context: click.Context, folder: Path) -> Path:
    given = context.get_parameter_source("folder") is not click.core.ParameterSource.DEFAULT
    return folder if given or context.obj is None else Path(context.obj)


def _print_list(found: list[letters.SentLetter]) -> None:
    table = Table(box=None, header_style="bold")
    table.add_column("", justify="right", style="cyan")
    table.add_column("to")
    table.add_column("subject")
    for letter in found:
        table.add_row(str(letter.number), Text(letter.to), Text(letter.subject))
    Console().print(table if found else "No letter went out yet.")


def _run(*, folder: Path, once: bool, no_browser: bool, **ports: Any) -> None:
    console = Console()
    console.print()
    console.rule("[bold]Tracker[/bold]: a help desk that is a Git repository")
    with Demo(Options(folder, **ports), console) as show:
        try:
            show.prepare()
            console.print(_summary(show, once=once))
            if once:
                return
            if not no_browser and _has_screen():
                webbrowser.open(show.portal.url)
            show.watch()
        except KeyboardInterrupt:
            console.print(f"\nStopped. What it made stays in {folder} until the next run.")


def _has_screen() -> bool:
    graphical = (
        sys.platform == "darwin" or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    )
    return graphical and sys.stdout.isatty()


def _summary(show: Demo, *, once: bool) -> Group:
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column(justify="right", style="bold cyan")
    table.add_column()
    for name, number in show.figures():
        table.add_row(str(number), name)
    steps = _steps(show, once=once)
    return Group("", table, "", Panel(steps, title="What next", expand=False))


def _steps(show: Demo, *, once: bool) -> Table:
    folder = show.options.folder
    where = "" if folder == DEFAULT_FOLDER else f" --dir {folder}"
    program = _program()
    site = f"{folder}/desk/site/index.html" if once else show.portal.url
    steps = [
        ("The portal", site),
        ("The requests", f"{folder}/desk/tickets"),
        ("Letters that went out", f"{program} demo letters{where}"),
    ]
    if not once:
        language = show.options.language
        steps += [
            (
                "Write to the desk",
                f"{program} demo send{where} --text '{_QUESTION[language]}'",
            ),
            (
                "Answer as the agent",
                f"{program} -C {folder}/desk reply 4 --as anna --text '{_ANSWER[language]}'",
            ),
            ("Stop", "Ctrl-C; until then the demo follows mail and commits by itself"),
        ]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in steps:
        table.add_row(name, Text(value))
    return table


def _program() -> str:
    """Return how the user can call this program from here."""
    called = Path(sys.argv[0])
    if called.name != "tracker":
        return "tracker"
    try:
        return str(called.absolute().relative_to(Path.cwd()))
    except ValueError:
        return "tracker"
