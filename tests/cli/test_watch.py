"""`tracker watch` at a terminal: one line of state, events above it, Ctrl-C."""

from __future__ import annotations

import re

import pytest

from tests.cli.terminal import CTRL_C, terminal
from tests.desk.conftest import RealDesk, letter

pytestmark = pytest.mark.servers


def test_a_terminal_shows_the_state_and_ctrl_c_ends_it_cleanly(desk: RealDesk) -> None:
    with terminal(desk.root, "watch", COLUMNS="80") as screen:
        screen.expect("waiting for mail at 127.0.0.1; 0 mails taken in, 0 letters sent")
        desk.mailbox.append(letter("ivan"))
        screen.expect("1 opened, 2 sent")
        screen.expect("1 mails taken in, 2 letters sent")
        screen.press(CTRL_C)
        code, last = screen.end()
    assert code == 0
    assert "stopping" in last
    # Each line of state is written over before another line comes.
    assert not re.search(r"letters sent\d\d:\d\d:\d\d", screen.shown)


def test_what_is_wrong_is_told_with_its_mend(desk: RealDesk) -> None:
    own = desk.mailbox.server.port
    file = desk.root / "tracker.toml"
    file.write_text(file.read_text().replace(f":{own}", ":1"))
    with terminal(desk.root, "watch", COLUMNS="300") as screen:
        screen.expect("refuses the connection (Check host and port in `mailbox.imap`")
        screen.expect("again in")
        file.write_text(file.read_text().replace("127.0.0.1:1", f"127.0.0.1:{own}"))
        screen.expect("connected to 127.0.0.1")
        screen.press(CTRL_C)
        assert screen.end()[0] == 0
