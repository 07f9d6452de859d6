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


def may_send(view: View, lease: Lease, desk: Desk) -> bool:
    """Whether this run may take the sending lease.

    A lease of this very machine belonged to a run that is dead: this run holds the lock.
    """
    held = state.read_lease(view.read(state.LEASE))
    return held is None or held.machine == lease.machine or not held.held_at(desk.now())
