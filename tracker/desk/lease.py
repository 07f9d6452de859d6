"""The right to send: one machine at a time, taken and given back in commits."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path

from tracker.core import state
from tracker.core.state import Lease
from tracker.desk.desk import Desk
from tracker.desk.view import View

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def new_lease(desk: Desk) -> Lease:
    """Return the lease that this run would take.

    The machine is told by its boot, name and the folder's inode: a copy of the folder on
    another machine is another machine.
    """
    desk.own.mkdir(exist_ok=True)
    folder = desk.own.stat()
    boot = _BOOT.read_text("ascii") if _BOOT.exists() else ""
    words = f"{platform.node()} {boot} {folder.st_dev} {folder.st_ino}"
    machine = hashlib.sha256(words.encode()).hexdigest()[:16]
    return Lease.taken(machine, f"{os.getpid()}-{desk.new_id()}", desk.now())


def as_of(desk: Desk, view: View) -> str:
    """Return the commit as of which the letters of the standing lease were planned; empty where
    nobody has it.
    """
    held = state.read_lease(view.read(state.LEASE))
    if held is None or held.commit:
        return held.commit if held else ""
    return desk.git.run("log", "-1", "--format=%H", view.commit, "--", state.LEASE).strip()


def taken_over(desk: Desk, view: View, lease: Lease) -> Lease:
    """Return ``lease`` from now on. What a lost run had planned stays planned as it was: its
    letters may have gone, and are told apart by what they tell.
    """
    held = state.read_lease(view.read(state.LEASE))
    ours = held is not None and held.run == lease.run
    commit = held.commit if held and ours else as_of(desk, view)
    return Lease.taken(lease.machine, lease.run, desk.now(), commit)


def may_send(view: View, lease: Lease, desk: Desk) -> bool:
    """Whether this run may take the sending lease.

    A lease of this very machine belonged to a run that is dead: this run holds the lock.
    """
    held = state.read_lease(view.read(state.LEASE))
    return held is None or held.machine == lease.machine or not held.held_at(desk.now())
