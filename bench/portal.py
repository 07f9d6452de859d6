"""Building the portal: cards through one shell against the same tickets as plain pages.

``python -m bench.portal`` compares 1,000 and 5,000 tickets side by side with plain MkDocs pages and
with Hugo. Then it builds 1,000 and 100,000 cold, unchanged, and after one changed ticket, and says
what a browser fetches of the large one. Sizes are arguments: ``--pages 1000 --large 0``.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import tracker
from bench.builds import HUGO, MKDOCS, Run, build, size_of
from bench.peers import make_hugo, make_plain
from bench.report import Table
from bench.wire import wire
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


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


def side_by_side(counts: list[int]) -> Table:
    """Compare the ways, one after the other on this machine."""
    columns = ("tickets", "way", "time", "peak memory", "files", "size")
    table = Table("Portal against plain MkDocs pages and Hugo", columns)
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            ours = Path(folder, "desk")
            make_desk(ours, count)
            first = build(ours)
            _add(table, count, "Tracker", first, first, ours / "site")
            for name, command in _peers(Path(folder), ours).items():
                root = Path(folder, name)
                run = build(root, _PATIENCE * first.seconds, command)
                site = root / ("public" if command is HUGO else "site")
                _add(table, count, name, run, first, site)
    if shutil.which("hugo") is None:
        table.note("Hugo is not installed, so it was not measured; `make bench` installs it.")
    table.note("Hugo makes pages and lists here, but neither search files nor masked addresses.")
    return table


def _peers(folder: Path, ours: Path) -> dict[str, Sequence[str]]:
    """Make the other sites, and say with which command each is built."""
    found: dict[str, Sequence[str]] = {}
    if shutil.which("hugo"):
        make_hugo(folder / "Hugo, minimal theme", ours)
        found["Hugo, minimal theme"] = HUGO
    for name, navigation in (("plain pages out of the navigation", False), ("plain pages", True)):
        make_plain(folder / name, ours, navigation)
        found[name] = MKDOCS
    return found


def _add(table: Table, count: int, name: str, run: Run, first: Run, site: Path) -> None:
    size, files = size_of(site)
    ratio = run.seconds / first.seconds
    stopped = ratio >= _PATIENCE
    seconds = f"{'stopped after ' if stopped else ''}{run.seconds:.1f} s"
    table.add(f"{count:,}", name, seconds, _mb(run.peak), f"{files:,}", _mb(size))
    if run is not first:
        times = f"{'more than ' if stopped else ''}{ratio:.1f}"
        table.note(f"{count:,} tickets: {name} takes {times} times as long as Tracker.")


def large(counts: Sequence[int]) -> Table:
    """Build cold, with nothing changed, and three times each with one ticket answered, closed,
    and new.
    """
    columns = ("tickets", "build", "time", "peak memory", "files", "size")
    table = Table("Rebuilding", columns)
    changed: dict[int, dict[str, float]] = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "desk")
            bytes_ = make_desk(root, count)
            runs = {"cold": build(root), "nothing changed": build(root)}
            changed[count] = {}
            for name, edit in (("answered", change), ("closed", close), ("new", add)):
                run = _after(edit, root, count)
                runs[f"one ticket {name} (median of 3)"] = run
                changed[count][name] = run.seconds
            for name, run in runs.items():
                size, files = size_of(root / "site")
                cells = (f"{run.seconds:.1f} s", _mb(run.peak), f"{files:,}", _mb(size))
                table.add(f"{count:,}", name, *cells)
            if count == max(counts):
                _describe(table, root, count, bytes_)
    for count in counts[1:]:
        for name, seconds in changed[count].items():
            ratio = seconds / changed[counts[0]][name]
            table.note(
                f"One ticket {name} at {count:,}: {seconds:.2f} s (wanted: at most 2 s), "
                f"{ratio:.2f} times as long as at {counts[0]:,} (wanted: at most 1.5 times)."
            )
    return table


def _after(edit: Callable[[Path, int], None], root: Path, count: int) -> Run:
    """Edit an open ticket in the middle, an early one and a late one: rebuild after each."""
    runs = []
    for number in (count // 2, count // 10, count - 10):
        edit(root, number // 10 * 10)
        runs.append(build(root))
    return sorted(runs, key=lambda run: run.seconds)[1]


def _describe(table: Table, root: Path, count: int, bytes_: int) -> None:
    site = root / "site"
    cards = [path.stat().st_size for path in (site / "tickets").glob("*/index.html")]
    table.note(
        f"At {count:,}: a ticket file has {bytes_ / count:,.0f} bytes, a card"
        f" {sum(cards) / len(cards):,.0f}, the largest {max(cards):,}."
    )
    table.note(_parts(site))
    for sentence in wire(site, f"ACCREDO-{count // 2}"):
        table.note(sentence)


def change(root: Path, number: int) -> None:
    """Answer one ticket and commit."""
    ticket = _ticket(root, number)
    more = Entry("z1", ticket.updated, _ANNA, "agent", "cli", "Готово, проверьте принтер.")
    _write(root, ticket.with_entries(more))


def close(root: Path, number: int) -> None:
    """Close one ticket now and commit: the pages of the open tickets after it change, too."""
    ticket = _ticket(root, number)
    event = Entry(
        "z2",
        datetime.now(_ZONE).replace(microsecond=0),
        _ANNA,
        "agent",
        "cli",
        kind="event",
        event="closed",
    )
    _write(root, replace(ticket.with_entries(event), status="closed"))


def add(root: Path, number: int) -> None:
    """Open one more ticket, as long as the ticket ``number``, and commit."""
    new = max(int(path.stem.split("-")[1]) for path in root.glob("tickets/*/*.md")) + 1
    _write(root, make_ticket(new // 10 * 10 + 10, random.Random(number)))


def _ticket(root: Path, number: int) -> Ticket:
    path = root / ticket_path("ACCREDO", number)
    return parse(path.read_text("utf-8"), str(path.relative_to(root)))


def _write(root: Path, ticket: Ticket) -> None:
    path = root / ticket_path("ACCREDO", ticket.number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(ticket, "ru"), "utf-8")
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
        tables.append(large(sorted({min(1_000, most), most})))
    return "\n".join(str(table) for table in tables)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="*", default=[1_000, 5_000])
    parser.add_argument("--large", type=int, default=100_000)
    options = parser.parse_args()
    print(main(options.pages, options.large))
