"""``tracker cc``, ``mute`` and ``unmute``: who takes part in a ticket and gets its letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tracker.cli.common import acting, as_option, note, report
from tracker.core.operations import MOST_PARTICIPANTS, addresses_of
from tracker.desk import changes
from tracker.desk.acting import Done, number_from

_REASONS = {
    True: "They take no part.",
    False: "They are there already, agents or the desk itself, "
    f"or there would be more than {MOST_PARTICIPANTS}.",
}
_addresses = click.argument("people", nargs=-1, required=True, metavar="ADDRESS…")


@click.command()
@click.argument("number")
@_addresses
@as_option
@click.option("--remove", is_flag=True, help="They take part no longer.")
@click.pass_obj
def cc(folder: Path, number: str, people: Sequence[str], handle: str | None, remove: bool) -> None:
    """Let people take part: they get the letters and may answer. --remove takes it back.

    Everybody on the ticket is told who joined.

    \b
    Examples:
      tracker cc 42 olga@example.org
      tracker cc 42 'Ольга <olga@example.org>' petr@example.org
      tracker cc 42 olga@example.org --remove
    """
    desk, agent = acting(folder, handle)
    one = number_from(desk, number)
    wanted = [address for person in people for address in addresses_of(person)]
    done, changed = changes.take_part(desk, one, wanted, agent, remove=remove)
    if changed:
        report([done], f"{'without' if remove else 'with'} {', '.join(changed)}")
    left = [address.key for address in wanted if address.key not in changed]
    if left:
        note(f"Not {'taken off' if remove else 'added'}: {', '.join(left)}. {_REASONS[remove]}")


@click.command()
@click.argument("number")
@_addresses
@as_option
@click.pass_obj
def mute(folder: Path, number: str, people: Sequence[str], handle: str | None) -> None:
    """Send somebody no letters about a ticket; they may still write. `tracker unmute` undoes it.

    \b
    Example:
      tracker mute 42 ivan@example.org
    """
    report(_mute(folder, number, people, handle, muted=True), "muted")


@click.command()
@click.argument("number")
@_addresses
@as_option
@click.pass_obj
def unmute(folder: Path, number: str, people: Sequence[str], handle: str | None) -> None:
    """Send somebody the letters about a ticket again. `tracker mute` undoes it.

    \b
    Example:
      tracker unmute 42 ivan@example.org
    """
    report(_mute(folder, number, people, handle, muted=False), "not muted")


def _mute(
    folder: Path, number: str, people: Sequence[str], handle: str | None, *, muted: bool
) -> list[Done]:
    desk, agent = acting(folder, handle)
    one = number_from(desk, number)
    wanted = [address.key for person in people for address in addresses_of(person)]
    return changes.mute(desk, one, wanted, agent, muted=muted)
