"""``tracker assign``, ``label`` and ``priority``: what stands at the top of a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.common import acting, as_option, report, several
from tracker.core.addresses import one_line
from tracker.core.operations import priority_of
from tracker.desk import changes
from tracker.desk.acting import number_from

_agent_last = several("Name the tickets and, last, the agent; or say --nobody.", unless="nobody")


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="NUMBER… AGENT", callback=_agent_last)
@as_option
@click.option("--nobody", is_flag=True, is_eager=True, help="Give the tickets back to all.")
@click.pass_obj
def assign(folder: Path, words: Sequence[str], handle: str | None, nobody: bool) -> None:
    """Make an agent responsible for tickets. Assign again, or --nobody, to take it back.

    AGENT is a handle, a name or an address; --as says who you are.

    \b
    Examples:
      tracker assign 42 anna
      tracker assign 42 43 anna --as boris
      tracker assign 42 --nobody
    """
    desk, agent = acting(folder, handle)
    numbers, to = (words, None) if nobody else (words[:-1], words[-1])
    wanted = [number_from(desk, number) for number in numbers]
    report(changes.assign(desk, wanted, agent, to), f"assigned to {to or 'nobody'}")


@click.command()
@click.argument("number")
@click.argument("words", nargs=-1, required=True, metavar="LABEL…")
@as_option
@click.option("--remove", is_flag=True, help="Take these labels off.")
@click.pass_obj
def label(
    folder: Path, number: str, words: Sequence[str], handle: str | None, remove: bool
) -> None:
    """Add labels to a ticket. --remove takes them off.

    \b
    Examples:
      tracker label 42 принтер срочно
      tracker label 42 'second floor'                # one label of two words
      tracker label 42 принтер --remove
    """
    desk, agent = acting(folder, handle)
    labels = [one for one in map(one_line, words) if one]
    if not labels:
        raise click.UsageError("A label needs a word.")
    done = changes.label(desk, [number_from(desk, number)], agent, labels, remove=remove)
    report(done, f"{'without' if remove else 'labelled'} {', '.join(labels)}")


@click.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER…")
@click.argument("level", metavar="PRIORITY")
@as_option
@click.pass_obj
def priority(folder: Path, numbers: Sequence[str], level: str, handle: str | None) -> None:
    """Set the priority: low, normal, high or urgent. `tracker priority 42 normal` takes it back.

    \b
    Examples:
      tracker priority 42 urgent
      tracker priority 42 43 низкая
    """
    desk, agent = acting(folder, handle)
    wanted = [number_from(desk, number) for number in numbers]
    done = changes.prioritise(desk, wanted, agent, level)
    report(done, f"priority {priority_of(level)}")
