"""The records under ``tickets/.desk``: they read back, and a broken one says how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.core.samples import NOW
from tracker.core import state
from tracker.core.errors import TrackerError
from tracker.core.state import Commits, Lease, Position, Quarantined

SINCE = "2026-11-21T10:00:00+03:00"
RECORD = Quarantined("ab" * 16, "larger than 50 MiB", 7, 3, 10**9, NOW.isoformat())


def test_records_read_back() -> None:
    position = Position(7, 42, SINCE, NOW.isoformat())
    assert state.read_position(state.write(position)) == position
    lease = Lease.taken("machine", "run", NOW)
    assert state.read_lease(state.write(lease)) == lease
    assert state.read_quarantined(state.write(RECORD), RECORD.path) == RECORD
    assert state.read_last_number(state.write({"last": 42})) == 42
    commits = Commits("abc", {"2026-11": ["1", "2?"]})
    assert state.read_commits(state.write(commits)) == commits


def test_nothing_yet() -> None:
    assert state.read_position(None) is None
    assert state.read_lease(None) is None
    assert state.read_last_number(None) == 0
    assert state.read_commits(None) is None


def test_a_field_of_a_later_version_is_no_fault() -> None:
    content = state.write({"uidvalidity": 7, "uid": 42, "answers_since": SINCE, "at": "", "new": 1})
    assert state.read_position(content) == Position(7, 42, SINCE, "")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"null", b"\xff"])
@pytest.mark.parametrize(
    ("read", "path"),
    [
        (state.read_position, state.MAILBOX),
        (state.read_lease, state.LEASE),
        (state.read_last_number, state.NUMBERS),
        (state.read_commits, state.COMMITS),
        (lambda content: state.read_quarantined(content, RECORD.path), RECORD.path),
    ],
)
def test_a_broken_record_is_named(
    read: Callable[[bytes], object], path: str, content: bytes
) -> None:
    with pytest.raises(TrackerError) as caught:
        read(content)
    assert caught.value.message == f"{path} is not what the tracker wrote"
    assert path in caught.value.hint


def test_a_lease_runs_ten_minutes() -> None:
    lease = Lease.taken("machine", "run", NOW)
    assert lease.held_at(NOW + timedelta(minutes=9, seconds=59))
    assert not lease.held_at(NOW + timedelta(minutes=10))


def test_paths() -> None:
    assert state.seen_path(NOW) == "tickets/.desk/seen/2026-11.txt"
    assert RECORD.path == f"tickets/.desk/quarantine/{'ab' * 16}.json"


@pytest.mark.parametrize("patches", [[], "x", {"2026-11": "x"}])
def test_broken_commits(patches: object) -> None:
    with pytest.raises(TrackerError, match=r"commits\.json is not what the tracker wrote"):
        state.read_commits(state.write({"commit": "abc", "patches": patches}))


def test_patches_of_this_month_and_the_last_are_remembered() -> None:
    known = Commits("abc", {"2026-09": ["1"], "2026-10": ["2"]}).with_patches(["3"], NOW)
    assert [known.holds(one) for one in "123"] == [True] * 3, "those commits are read again"
    known = known.at("def", NOW)
    assert known == Commits("def", {"2026-10": ["2"], "2026-11": ["3"]})
    many = known.with_patches([str(n) for n in range(state.MOST_PATCHES)], NOW)
    assert len(many.patches["2026-11"]) == state.MOST_PATCHES
    assert not many.holds("3?")
