"""``tracker close``, ``reopen``, ``wait``, ``take`` and ``spam``: where tickets stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.common import acting, as_option, numbers_argument, report
from tracker.desk import changes
from tracker.desk.acting import number_from


@click.command()
@numbers_argument
@as_option
@click.pass_obj
def close(folder: Path, numbers: Sequence[str], handle: str | None) -> None:
    """Close tickets. `tracker reopen` takes it back.

    \b
    Examples:
      tracker close 42 --as anna
      tracker close 42 43 44
    """
    _set(folder, numbers, handle, "closed")


@click.command()
@numbers_argument
@as_option
@click.pass_obj
def reopen(folder: Path, numbers: Sequence[str], handle: str | None) -> None:
    """Open tickets that are closed or wait. `tracker close` takes it back.

    \b
    Example:
      tracker reopen 42 --as anna
    """
    _set(folder, numbers, handle, "open")


@click.command()
@numbers_argument
@as_option
@click.pass_obj
def wait(folder: Path, numbers: Sequence[str], handle: str | None) -> None:
    """Let tickets wait for the requester. An answer, or `tracker reopen`, ends it.

    \b
    Example:
      tracker wait 42 43
    """
    _set(folder, numbers, handle, "waiting")


def _set(folder: Path, numbers: Sequence[str], handle: str | None, status: str) -> None:
    desk, agent = acting(folder, handle)
    wanted = [number_from(desk, number) for number in numbers]
    report(changes.set_status(desk, wanted, agent, status), status)


@click.command()
@numbers_argument
@as_option
@click.option("--release", is_flag=True, help="You are not writing an answer after all.")
@click.option("--force", is_flag=True, help="Take it over from another agent.")
@click.pass_obj
def take(
    folder: Path, numbers: Sequence[str], handle: str | None, release: bool, force: bool
) -> None:
    """Say that you are writing an answer, so that nobody else does.

    It ends with your answer, after an hour, or with --release. Who is responsible for a ticket
    is another matter: `tracker assign`.

    \b
    Examples:
      tracker take 42
      tracker take 42 --release
      tracker take 42 --force                        # instead of whoever has it
    """
    desk, agent = acting(folder, handle)
    wanted = [number_from(desk, number) for number in numbers]
    done = changes.take(desk, wanted, agent, release=release, force=force)
    report(done, "free" if release else f"taken by {agent}")


@click.command()
@numbers_argument
@as_option
@click.option("--undo", is_flag=True, help="They are no spam: back to the portal, and open.")
@click.pass_obj
def spam(folder: Path, numbers: Sequence[str], handle: str | None, undo: bool) -> None:
    """Withdraw tickets from portal and letters, and close them. --undo takes it back.

    \b
    Examples:
      tracker spam 42 43
      tracker spam 42 --undo
    """
    desk, agent = acting(folder, handle)
    wanted = [number_from(desk, number) for number in numbers]
    report(changes.spam(desk, wanted, agent, undo=undo), "no spam" if undo else "spam")
