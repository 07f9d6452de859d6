"""Previews with real processes: an edited ticket is shown as soon as it is saved, none sleeps."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from tests.core.pages.make import entry, ticket
from tests.portal.desks import SETTINGS, TODAY, DeskFolder, contents
from tests.portal.test_site import clean
from tracker.core.errors import TrackerError
from tracker.core.ticket import ticket_path
from tracker.portal.build import start_build
from tracker.portal.site import STAMP
from tracker.portal.source import FolderSource

NOON = datetime.combine(TODAY, time(12), UTC)
PATIENCE = 60
"""Seconds after which a process that says nothing is a failure."""


class Child:
    """A process whose lines are waited for."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._rest = b""

    def line(self, pattern: str) -> str:
        """Return the next line that holds ``pattern``."""
        while True:
            line, found, rest = self._rest.partition(b"\n")
            if found:
                self._rest = rest
                if re.search(pattern, line.decode()):
                    return line.decode()
                continue
            assert self.process.stdout is not None
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            assert ready, f"nothing like {pattern!r} was said; last: {self._rest!r}"
            piece = os.read(self.process.stdout.fileno(), 65_536)
            assert piece, f"the process ended before it said {pattern!r}"
            self._rest += piece

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; return the exit status and what was said since."""
        self.process.send_signal(signal.SIGINT)
        out, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, (self._rest + out).decode()


@contextmanager
def running(root: Path, *command: str) -> Iterator[Child]:
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1"}
    arguments = [sys.executable, "-m", *command]
    both = subprocess.STDOUT
    with subprocess.Popen(
        arguments, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=both
    ) as process:
        try:
            yield Child(process)
        finally:
            process.kill()


def card(desk: DeskFolder, number: int) -> str:
    return (desk.site / f"tickets/ACCREDO-{number}/index.html").read_text("utf-8")


def test_a_watching_build_follows_tickets_settings_pages_and_own_texts(desk: DeskFolder) -> None:
    desk.put(ticket(1), ticket(2))
    desk.commit()
    with running(desk.root, "tracker", "build", "--watch") as child:
        child.line("2 tickets, 2 rendered")
        desk.put(ticket(1, entry("только что сохранено")))
        child.line("2 tickets, 1 rendered")
        assert "только что сохранено" in card(desk, 1)
        desk.put(ticket(3))
        child.line("3 tickets, 1 rendered")
        (desk.root / ticket_path("ACCREDO", 2)).unlink()
        child.line("2 tickets, 0 rendered, 1 removed")
        assert not (desk.site / "tickets/ACCREDO-2").exists()
        desk.file("docs/help/new.md", "# Новая страница\n".encode())
        child.line("2 tickets, 0 rendered")
        assert "Новая страница" in (desk.site / "help/new/index.html").read_text("utf-8")
        desk.file("overrides/ru.po", 'msgid "Reply by mail"\nmsgstr "Написать"\n'.encode())
        child.line("2 tickets, 2 rendered")
        assert "Написать" in card(desk, 3)
        desk.settings(SETTINGS.format(language="en", visibility="public"))
        child.line("2 tickets, 2 rendered")
        assert "Reply by mail" in card(desk, 3)
        status, said = child.interrupt()
    assert status == 0 and "Traceback" not in said and "Abort" not in said


def test_a_fault_is_said_and_watching_goes_on(desk: DeskFolder) -> None:
    desk.put(ticket(1))
    desk.commit()
    with running(desk.root, "tracker", "build", "--watch") as child:
        child.line("1 tickets")
        desk.settings("[desk]\nnmae = 'x'\n")
        child.line("unknown option `nmae`")
        assert "кабинет" in card(desk, 1)
        desk.settings(SETTINGS.format(language="ru", visibility="public"))
        child.line("1 tickets, 0 rendered")


def test_what_was_watched_equals_a_build_of_the_commit(desk: DeskFolder) -> None:
    desk.put(ticket(1), ticket(2))
    desk.commit()
    with running(desk.root, "tracker", "build", "--watch") as child:
        child.line("2 tickets")
        desk.put(ticket(2, entry("другое")))
        child.line("1 rendered")
    seen = without_stamp(desk.site)
    desk.commit()
    done = desk.build()
    assert "0 rendered" in done.stderr
    assert without_stamp(desk.site) == seen


def without_stamp(site: Path) -> dict[str, str]:
    """What a site is made of. The stamp names the commit, and the work tree is none."""
    return {path: digest for path, digest in contents(site).items() if path != STAMP}


def test_mkdocs_serve_shows_an_edited_ticket(desk: DeskFolder) -> None:
    desk.put(ticket(1))
    desk.commit()
    with running(desk.root, "mkdocs", "serve", "--dev-addr", "127.0.0.1:0") as child:
        said = child.line("Serving on")
        port = listening(child.process.pid)
        assert "http://" in said
        base = f"http://127.0.0.1:{port}"
        epoch = fetch(f"{base}/livereload/0/1")
        desk.put(ticket(1, entry("только что сохранено")))
        assert fetch(f"{base}/livereload/{epoch}/2") > epoch  # answers when the site is new
        assert "только что сохранено" in fetch(f"{base}/tickets/ACCREDO-1/")
        assert "Building documentation" not in child.line("1 tickets, 1 rendered")
        desk.file("docs/help/new.md", "# Новая страница\n".encode())
        child.line("Building documentation")
        child.line("1 tickets, 0 rendered")
        desk.put(ticket(1, entry("и ещё раз")))
        child.line("1 tickets, 1 rendered")
        assert "Новая страница" in fetch(f"{base}/help/new/")
        status, said = child.interrupt()
    assert status == 0 and "Traceback" not in said


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
        return text


def listening(pid: int) -> int:
    """The port on which a process listens (Linux)."""
    own = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()}
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
            return int(fields[1].rpartition(":")[2], 16)
    raise AssertionError("it does not listen")


def test_the_work_tree_is_read_again_only_where_it_changed(
    desk: DeskFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*(ticket(n) for n in range(1, 5)))
    source = FolderSource(desk.root)
    first = dict(source.listing())
    read: list[str] = []
    real = Path.read_bytes

    def noting(path: Path) -> bytes:
        read.append(path.name)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", noting)
    assert dict(source.listing()) == first and read == []
    desk.put(ticket(3, entry("другое и длиннее")))
    read.clear()
    assert dict(source.listing()) == first | {
        ticket_path("ACCREDO", 3): dict(FolderSource(desk.root).listing())[
            ticket_path("ACCREDO", 3)
        ]
    }
    assert read[0] == "ACCREDO-3.md"


def test_a_file_that_goes_away_meanwhile_is_left_out(desk: DeskFolder, pages: Path) -> None:
    desk.put(ticket(1), ticket(2))
    source = FolderSource(desk.root)
    oids = dict(source.listing())
    (desk.root / ticket_path("ACCREDO", 1)).unlink()
    found = dict(source.read_many(oids.values()))
    assert set(found) == {oids[ticket_path("ACCREDO", 2)]}


def test_a_build_can_be_done_again_for_the_tickets_alone(
    desk: DeskFolder, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOON.timestamp())))
    desk.put(ticket(1))
    desk.commit()
    build = start_build(desk.root, from_work_tree=True)
    desk.put(ticket(1, entry("новое")), ticket(2))
    assert build.again().rendered == 2
    assert contents(desk.site) == clean(desk, desk.root / ".tracker/portal/pages")
    desk.file(ticket_path("ACCREDO", 1), b"broken")
    assert build.again().rendered == 1


def test_watching_a_private_desk_is_refused(desk: DeskFolder) -> None:
    desk.settings(SETTINGS.format(language="ru", visibility="private"))
    with pytest.raises(TrackerError, match="private"):
        start_build(desk.root, from_work_tree=True)
