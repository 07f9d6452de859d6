"""The ``tracker`` command: finding the subcommand, and printing every error in one place."""

from __future__ import annotations

import errno
import importlib
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import click

from tracker import __version__
from tracker.core.errors import TrackerError

# Where each command is defined. A module is loaded when its command runs: the job starts
# every few minutes, and start-up time counts.
COMMANDS = {
    "init": "init:init",
    "sync": "sync:sync",
    "watch": "watch:watch",
    "login": "login:login",
    "queue": "queue:queue",
    "new": "phone:new",
    "reply": "answers:reply",
    "note": "answers:note",
    "correct": "answers:correct",
    "take": "status:take",
    "close": "status:close",
    "reopen": "status:reopen",
    "wait": "status:wait",
    "assign": "fields:assign",
    "label": "fields:label",
    "priority": "fields:priority",
    "merge": "joining:merge",
    "link": "joining:link",
    "cc": "people:cc",
    "mute": "people:mute",
    "unmute": "people:unmute",
    "spam": "status:spam",
    "review": "review:review",
    "list": "reading:list_",
    "show": "reading:show",
    "search": "reading:search",
    "snippets": "snippets:snippets",
    "stats": "stats:stats",
    "check": "check:check",
    "build": "build:build",
    "texts": "texts:texts",
    "seal": "seal:seal",
    "scan": "seal:scan",
    "account": "account:account",
    "visibility": "visibility:visibility",
    "doctor": "doctor:doctor",
    "outbox": "outbox:outbox",
    "quarantine": "quarantine:quarantine",
    "recover": "sync:recover",
    "import": "importing:import_",
    "export": "exporting:export",
    "demo": "demo:demo",
    "hosting": "hosting:hosting",
    "github": "github:github",
    "completion": "completion:completion",
}


class LazyGroup(click.Group):
    """A group that loads a command's module only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of a desk's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(f"tracker.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; that the reader of its output has gone is no fault."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Such as `head`, which has seen enough. Python must not complain at its exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Documentation: docs/ in the repository, or the portal of the project.",
)
@click.version_option(__version__, "--version", prog_name="tracker")
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    default=".",
    type=click.Path(path_type=Path),
    help="Work in the desk at DIR instead of this folder.",
)
@click.pass_context
def main(context: click.Context, folder: Path) -> None:
    """A help desk that is a Git repository.

    \b
    Mail comes in:       tracker sync
    Agents answer:       tracker queue, show 42, reply 42, close 42
    Agents look first:   tracker review
    The portal goes out: tracker build
    Something is wrong:  tracker doctor, tracker check
    """
    context.obj = folder


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and exit. The only place where an error becomes words."""
    try:
        main.main(arguments, prog_name="tracker")
    except TrackerError as error:
        fail(error)
    except (OSError, sqlite3.Error) as error:
        if os.environ.get("TRACKER_DEBUG"):
            raise
        fail(_from_system(error))
    except Exception as error:
        if os.environ.get("TRACKER_DEBUG"):
            raise
        message = f"A fault in the tracker itself: {type(error).__name__}: {error}"
        fail(TrackerError(message, "Report it with the output of TRACKER_DEBUG=1."))


def fail(error: TrackerError) -> None:
    """Print message and hint on stderr and exit. In a workflow of GitHub the message is also an
    annotation, and names nobody: the log of a public repository is public.
    """
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from tracker.core.hosting.workflow import annotation
        from tracker.core.pages.masking import Mask

        hide = Mask()
        error.message, error.hint = hide(error.message), hide(error.hint)
        click.echo(annotation("error", f"{error.message}\n{error.hint}"), err=True)
    click.echo(f"tracker: {error.message}", err=True)
    if error.hint:
        click.echo(error.hint, err=True)
    sys.exit(error.exit_code)


def _from_system(error: Exception) -> TrackerError:
    number = getattr(error, "errno", None)
    if number == errno.ENOSPC or "disk is full" in str(error):
        return TrackerError(
            "The disk is full", "Free some space and run the command again; nothing is lost."
        )
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return TrackerError(f"{error}", "Check who owns the folder and may write there.")
    return TrackerError(f"{error}", "Set TRACKER_DEBUG=1 to see where it happened.")
