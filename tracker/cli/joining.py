"""``tracker merge`` and ``link``: tickets that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.common import acting, as_option, report, several
from tracker.desk import changes
from tracker.desk.acting import number_from

_into_last = several("Name what is merged and, last, the ticket that takes it.", unless="undo")


@click.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER… INTO", callback=_into_last)
@as_option
@click.option("--undo", is_flag=True, is_eager=True, help="The tickets stand for themselves again.")
@click.pass_obj
def merge(folder: Path, numbers: Sequence[str], handle: str | None, undo: bool) -> None:
    """Merge tickets into the last one named; its conversation goes on. --undo takes it back.

    What is merged is closed, and mail for it goes to the other ticket from now on. Its requester
    and participants take part there, and are told.

    \b
    Examples:
      tracker merge 42 17                            # 42 goes into 17
      tracker merge 42 43 44 17
      tracker merge 42 --undo
    """
    desk, agent = acting(folder, handle)
    wanted = [number_from(desk, number) for number in numbers]
    if undo:
        report(changes.unmerge(desk, wanted, agent), "stands for itself again")
        return
    *merged, into = wanted
    done = changes.merge(desk, merged, into, agent)
    report(done, f"merged into {desk.settings.desk.prefix}-{into}")


@click.command()
@click.argument("number")
@click.argument("others", nargs=-1, required=True, metavar="OTHER…")
@as_option
@click.option("--remove", is_flag=True, help="They don't belong together.")
@click.pass_obj
def link(
    folder: Path, number: str, others: Sequence[str], handle: str | None, remove: bool
) -> None:
    """Note that tickets belong together; agents see it on each. --remove takes it back.

    \b
    Examples:
      tracker link 42 17
      tracker link 42 17 --remove
    """
    desk, agent = acting(folder, handle)
    one = number_from(desk, number)
    wanted = [number_from(desk, other) for other in others]
    done = changes.link(desk, one, wanted, agent, remove=remove)
    report(done, f"{'not linked' if remove else 'linked'} with {desk.settings.desk.prefix}-{one}")
