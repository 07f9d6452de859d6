"""The index: brought up to date by the difference it equals one built anew."""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.conftest import Clone, git
from tests.core.samples import entry, ticket
from tracker.adapters.index import Index, is_ticket_path, number_of
from tracker.adapters.schema import OF_A_TICKET
from tracker.core.document import render

TABLES = (*OF_A_TICKET, "faults")
SERIAL = itertools.count()


def rows(index: Index) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(index.query(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def file(number: int, text: str = "Принтер", prefix: str = "ACCREDO") -> bytes:
    one = entry(f"e{number}", text=text, message_id=f"<m{number}@x.org>")
    return render(ticket(number, one, id=f"{prefix}-{number}"), "ru").encode()


def fresh(clone: Clone, commit: str) -> Index:
    index = Index(clone.root / ".tracker" / f"fresh{next(SERIAL)}.sqlite", clone.git)
    index.update(commit)
    return index


def main(clone: Clone) -> Index:
    return Index(clone.root / ".tracker" / "index.sqlite", clone.git)


PATHS = [
    "tickets/000/ACCREDO-1.md",
    "tickets/000/ACCREDO-2.md",
    "tickets/000/OLD-2.md",
    "tickets/001/ACCREDO-2.md",
    "tickets/000/ACCREDO-02.md",
    "tickets/000/README.md",
    "tickets/000/ACCREDO-99999999999999999999999999.md",
    "tickets/000/ACCREDO-1/a.md",
    "tickets/.desk/ACCREDO-3.md",
    "tickets/000/Ж-1.md",
]
CONTENTS = [
    None,
    file(1),
    file(1, "Другое"),
    file(2),
    file(2, prefix="OLD"),
    b"rubbish",
    b"---\nid: \xff\n---\n",
    b"",
]
histories = st.lists(
    st.dictionaries(st.sampled_from(PATHS), st.sampled_from(CONTENTS), min_size=1, max_size=4),
    min_size=1,
    max_size=5,
)


def _follows(history: list[dict[str, bytes | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        git("init", "-q", "-b", "main", folder, cwd=Path(folder))
        clone = Clone(Path(folder))
        index, commit = main(clone), ""
        for files in history:
            commit = clone.make(dict(files), commit)
            index.update(commit)
        rebuilt = fresh(clone, commit)
        assert rows(index) == rows(rebuilt)
        index.close()
        rebuilt.close()


@settings(max_examples=15)
@given(histories)
def test_the_difference_gives_what_a_rebuild_gives(history: list[dict[str, bytes | None]]) -> None:
    _follows(history)


@pytest.mark.soak
@settings(max_examples=500, derandomize=False)
@given(histories)
def test_the_difference_gives_what_a_rebuild_gives_on_long_histories(
    history: list[dict[str, bytes | None]],
) -> None:
    _follows(history)


def test_back_and_forth_between_branches(lone: Clone) -> None:
    one = lone.make({PATHS[0]: file(1), PATHS[1]: file(2)})
    two = lone.make({PATHS[0]: file(1, "Другое"), PATHS[1]: None}, one)
    other = lone.make({PATHS[1]: b"rubbish"}, one)
    index = main(lone)
    for commit in (one, two, other, one, other, two):
        index.update(commit)
        assert rows(index) == rows(fresh(lone, commit))
    index.update("")
    assert index.commit == ""
    assert rows(index)["tickets"] == []


def test_a_broken_ticket_is_a_fault_with_its_line_and_stops_nothing(lone: Clone) -> None:
    broken = file(1).replace(b"status: open", b"status: lost")
    index = fresh(lone, lone.make({PATHS[0]: broken, PATHS[1]: file(2)}))
    assert index.query_one("SELECT path, line FROM faults") == (PATHS[0], 4)
    assert index.query_one("SELECT number FROM tickets") == (2,)


def test_bytes_that_are_no_text_are_a_fault(lone: Clone) -> None:
    index = fresh(lone, lone.make({PATHS[0]: file(1).replace("Принтер".encode(), b"\xcf\xf0")}))
    path, _, reason = index.query_one("SELECT * FROM faults") or ("", 0, "")
    assert (path, reason) == (PATHS[0], "is not UTF-8 text")


@pytest.mark.parametrize("damage", ["garbage", "header", "truncated", "empty", "other version"])
def test_a_damaged_file_is_made_anew(lone: Clone, damage: str) -> None:
    commit = lone.make({PATHS[0]: file(1)})
    index = main(lone)
    index.update(commit)
    if damage == "other version":
        index.database.execute("UPDATE meta SET value = '0' WHERE key = 'version'")
    index.close()
    path = lone.root / ".tracker" / "index.sqlite"
    content = path.read_bytes()
    damaged = {
        "garbage": b"not a database at all" * 500,
        "header": b"x" * 100 + content[100:],
        "truncated": content[: len(content) // 3],
        "empty": b"",
    }
    path.write_bytes(damaged.get(damage, content))
    again = main(lone)
    again.update(commit)
    assert rows(again) == rows(fresh(lone, commit))


def test_a_lost_commit_means_a_rebuild(lone: Clone) -> None:
    commit = lone.make({PATHS[0]: file(1)})
    index = main(lone)
    index.update(commit)
    index.database.execute("UPDATE meta SET value = ? WHERE key = 'commit'", ("f" * 40,))
    index.update(commit)
    assert rows(index) == rows(fresh(lone, commit))


WORKER = """
import sys
from pathlib import Path
from tracker.adapters.git import Git
from tracker.adapters.index import Index
root, *commits = sys.argv[1:]
for turn in range(4):
    index = Index(Path(root) / ".tracker" / "index.sqlite", Git(Path(root)))
    for commit, expected in (one.split(":") for one in commits):
        with index.at(commit):
            (count,) = index.query_one("SELECT count(*) FROM tickets")
            assert count == int(expected), (count, expected)
    index.close()
"""


def test_several_processes_at_once_see_each_the_commit_they_asked_for(lone: Clone) -> None:
    one = lone.make({f"tickets/000/ACCREDO-{n}.md": file(n) for n in range(1, 9)})
    two = lone.make({f"tickets/000/ACCREDO-{n}.md": file(n) for n in range(9, 13)}, one)
    asked = [f"{one}:8", f"{two}:12"]
    orders = (asked, asked[::-1], asked)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(lone.root), *order],
            cwd=Path(__file__).parents[2],
            stderr=subprocess.PIPE,
            text=True,
        )
        for order in orders
    ]
    for process in processes:
        _, err = process.communicate()
        assert process.returncode == 0, err


@pytest.mark.parametrize(
    ("path", "is_ticket", "number"),
    [
        ("tickets/000/ACCREDO-42.md", True, 42),
        ("tickets/000/ACCREDO-42/a.md", False, 0),
        ("tickets/.desk/x-1.md", False, 1),
        ("tickets/000/README.md", True, 0),
        ("tickets/000/A-007.md", True, 0),
        ("tickets/000/A-٤.md", True, 0),
    ],
)
def test_paths_of_tickets(path: str, is_ticket: bool, number: int) -> None:
    assert is_ticket_path(path) is is_ticket
    if is_ticket:
        assert number_of(path) == number
