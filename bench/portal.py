"""Building the portal: cards through one shell against the same tickets as plain MkDocs pages.

``python -m bench.portal`` compares 1,000 and 5,000 tickets side by side and then builds 100,000
cold, unchanged, and after one changed ticket. Sizes are arguments: ``--pages 1000 --large 0``.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import tracker
from bench.report import Table
from tracker.core.addresses import Address
from tracker.core.document import parse, render
from tracker.core.ticket import Entry, Ticket, ticket_path

_TEMPLATES = Path(tracker.__file__).parent / "portal" / "templates"
SETTINGS = """\
[desk]
name = "Служба аккредитации"
prefix = "ACCREDO"
language = "ru"
timezone = "Europe/Moscow"
portal_url = "https://help.example.org/"
visibility = "public"
phone = "+7 495 123-45-67"
hours = "9:00-18:00"

[mailbox]
address = "support@example.org"
"""
_PLAIN = """\
site_name: Tickets
site_url: https://help.example.org/
theme:
  name: material
  language: ru
  font: false
plugins: [search]
"""
_WITHOUT_NAVIGATION = "not_in_nav: /tickets/\n"
_WORDS = (
    "принтер личный кабинет открывается пароль сервер письмо заявка документ аккредитация ошибка"
    " файл загрузка доступ запись страница кнопка отчёт подпись сертификат эксперт комиссия"
    " программа обучение университет приказ срок проверка данные система обновление экран"
).split()
_PATIENCE = 20
"""A peer that takes this many times as long is stopped, and the table says so: plain pages in the
navigation grow with the square of their number (5,000 would make 11 GB).
"""
_ENDINGS = ("", "", "", "ами", "ов", "у", "ом", "ы", "е")
_ZONE = timezone(timedelta(hours=3))
_ANNA = Address("Анна", "anna@example.org")


@dataclass(frozen=True)
class Run:
    """One build in a process of its own: seconds, peak memory of the whole process tree, and the
    processor time of all its processes.
    """

    seconds: float
    peak: int
    processor: float = 0.0


def make_ticket(number: int, rng: random.Random) -> Ticket:
    """A ticket of about 1.9 KB: a letter, an answer, often a reply; nine of ten are closed."""

    def words(count: int) -> str:
        made = (rng.choice(_WORDS) + rng.choice(_ENDINGS) for _ in range(count))
        return " ".join(
            f"{one}{rng.randint(1, 9999)}" if rng.random() < 0.03 else one for one in made
        )

    start = datetime(2020, 1, 1, 9, tzinfo=_ZONE) + timedelta(minutes=31 * number)
    who = Address(f"{rng.choice(('Иван', 'Мария', 'Ольга'))} Петров", f"u{number}@example.org")
    letter = f"Здравствуйте!\n\n{words(22)}.\n\n{words(8)}. Телефон +7 912 345-67-89."
    sent = f"<{number}@mail.example.org>"
    entries = [
        Entry(f"a{number}", start, who, "requester", "email", letter, message_id=sent),
        Entry(f"b{number}", start + timedelta(hours=2), _ANNA, "agent", "cli",
              f"Добрый день! {words(10)}.\n\n- **{words(2)}**\n- {words(3)}", format="markdown"),
    ]  # fmt: skip
    if number % 3 == 0:
        at = start + timedelta(hours=5)
        entries.append(
            Entry(f"c{number}", at, who, "requester", "email", words(6), quoted=words(5))
        )
    closed = number % 10 != 0
    if closed:
        at = start + timedelta(days=1)
        entries.append(Entry(f"e{number}", at, _ANNA, "agent", "cli", kind="event", event="closed"))
    return Ticket(
        f"ACCREDO-{number}", words(5).capitalize(), "closed" if closed else "open", who, start,
        entries=tuple(entries),
    )  # fmt: skip


def make_desk(root: Path, count: int) -> int:
    """Write a desk of ``count`` tickets and commit it. Returns the tickets' bytes."""
    rng = random.Random(1)
    shutil.copytree(_TEMPLATES / "docs.ru", root / "docs")
    shutil.copy(_TEMPLATES / "desk-mkdocs.yml", root / "mkdocs.yml")
    (root / "tracker.toml").write_text(SETTINGS, "utf-8")
    size = 0
    for number in range(1, count + 1):
        path = root / ticket_path("ACCREDO", number)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = render(make_ticket(number, rng), "ru").encode()
        size += path.write_bytes(text)
    start_repository(root)
    return size


def start_repository(root: Path) -> None:
    """Commit a new desk, packed as intake leaves it: git fast-import writes packs."""
    _git(root, "init", "-q", "-b", "main")
    _git(root, "config", "gc.auto", "0")
    _git(root, "config", "maintenance.auto", "false")
    commit(root)
    _git(root, "gc", "-q")


def commit(root: Path) -> None:
    """Commit the work tree."""
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", "x")


def make_plain(root: Path, desk: Path, navigation: bool) -> None:
    """Put the same tickets into a plain MkDocs site, each a page.

    ``navigation`` leaves MkDocs to list every page in every page's navigation, as it does by
    itself; that grows with the square of the tickets.
    """
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "index.md").write_text("# Tickets\n")
    shutil.copytree(desk / "tickets", root / "docs" / "tickets")
    (root / "mkdocs.yml").write_text(_PLAIN + ("" if navigation else _WITHOUT_NAVIGATION), "utf-8")


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


def build(root: Path, limit: float | None = None) -> Run:
    """Build with MkDocs in a process of its own; past ``limit`` seconds it is stopped."""
    surroundings = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return watched([sys.executable, "-m", "mkdocs", "build", "-q"], root, surroundings, limit)


def watched(
    command: Sequence[str],
    root: Path,
    surroundings: Mapping[str, str],
    limit: float | None = None,
) -> Run:
    """Run a command in a process of its own; past ``limit`` seconds it is stopped."""
    begun, used = time.monotonic(), _processor_time()
    with subprocess.Popen(command, cwd=root, env=surroundings, start_new_session=True) as child:
        watch = _Memory(child.pid)
        watch.start()
        try:
            code = child.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            code = 0
        seconds = time.monotonic() - begun
        watch.done.set()
        watch.join()
    if code:
        raise SystemExit(f"{' '.join(command)} failed in {root}")
    return Run(seconds, watch.peak, _processor_time() - used)


def _processor_time() -> float:
    """Return what all processes that ended took so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Memory(threading.Thread):
    """Watches the resident memory of a session: all its processes added up (Linux)."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session, self.peak, self.done = session, 0, threading.Event()

    def run(self) -> None:
        page = resource.getpagesize()
        while not self.done.wait(0.05):
            self.peak = max(self.peak, sum(self._pages()) * page)

    def _pages(self) -> list[int]:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.session:
                    found.append(int(fields[21]))
            except (OSError, ValueError):  # the process has ended meanwhile
                continue
        return found


def size_of(site: Path) -> tuple[int, int]:
    """Return the bytes and the number of a site's files."""
    sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    return sum(sizes), len(sizes)


def side_by_side(counts: list[int]) -> Table:
    """Compare the ways, one after the other on this machine."""
    columns = ("tickets", "way", "time", "peak memory", "files", "size")
    table = Table("Portal against plain MkDocs pages", columns)
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            ours = Path(folder, "desk")
            make_desk(ours, count)
            runs = {"Tracker": (build(ours), ours)}
            for name, navigation in (
                ("plain pages out of the navigation", False),
                ("plain pages", True),
            ):
                root = Path(folder, name)
                make_plain(root, ours, navigation)
                limit = _PATIENCE * runs["Tracker"][0].seconds
                runs[name] = (build(root, limit), root)
            for name, (run, root) in runs.items():
                size, files = size_of(root / "site")
                ratio = run.seconds / runs["Tracker"][0].seconds
                stopped = ratio >= _PATIENCE
                time_taken = f"{'stopped after ' if stopped else ''}{run.seconds:.1f} s"
                table.add(f"{count:,}", name, time_taken, _mb(run.peak), f"{files:,}", _mb(size))
                if name != "Tracker":
                    times = f"{'more than ' if stopped else ''}{ratio:.1f} times"
                    table.note(f"{count:,} tickets: {times} faster than {name}.")
    return table


def large(count: int) -> Table:
    """Build many tickets cold, then with nothing changed, then with one ticket changed."""
    table = Table(f"{count:,} tickets", ("build", "time", "peak memory", "files", "size"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "desk")
        bytes_ = make_desk(root, count)
        for name in ("cold", "nothing changed", "one ticket changed"):
            if name.startswith("one"):
                change(root, count // 2)
            run = build(root)
            size, files = size_of(root / "site")
            table.add(name, f"{run.seconds:.1f} s", _mb(run.peak), f"{files:,}", _mb(size))
        cards = [path.stat().st_size for path in (root / "site" / "tickets").glob("*/index.html")]
        table.note(
            f"A ticket file has {bytes_ / count:,.0f} bytes, a card {sum(cards) / len(cards):,.0f},"
            f" the largest {max(cards):,}."
        )
        table.note(_parts(root / "site"))
    return table


def change(root: Path, number: int) -> None:
    """Answer one ticket and commit."""
    path = root / ticket_path("ACCREDO", number)
    ticket = parse(path.read_text("utf-8"), str(path.relative_to(root)))
    more = Entry("z1", ticket.updated, _ANNA, "agent", "cli", "Готово, проверьте принтер.")
    path.write_text(render(ticket.with_entries(more), "ru"), "utf-8")
    commit(root)


def _parts(site: Path) -> str:
    parts = ("tickets", "requests", "search", "assets")
    sizes = (f"{name} {_mb(size_of(site / name)[0])}" for name in parts)
    return f"Of the size: {', '.join(sizes)}."


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"


def main(pages: Sequence[int] = (1_000, 5_000), most: int = 100_000) -> str:
    """Measure both; return the tables."""
    tables = [side_by_side(list(pages))] if pages else []
    if most:
        tables.append(large(most))
    return "\n".join(str(table) for table in tables)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="*", default=[1_000, 5_000])
    parser.add_argument("--large", type=int, default=100_000)
    options = parser.parse_args()
    print(main(options.pages, options.large))
