"""The vocabulary: every stem under its first letters, small files, the frequent ones kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.pages.shards import ALPHABET
from tracker.core.pages.vocabulary import (
    MOST,
    vocabulary_count,
    vocabulary_of,
    vocabulary_text,
    weight,
)

STEMS = st.dictionaries(st.text("абвгдеz1", min_size=3, max_size=40), st.integers(1, 20))


def read(text: str) -> list[tuple[str, int]]:
    """Read a file back, as the browser does."""
    found, before = [], ""
    for line in text.splitlines():
        before = before[: ALPHABET.index(line[0])] + line[2:]
        found.append((before, ALPHABET.index(line[1])))
    return found


@given(STEMS)
def test_a_file_comes_back_as_written(stems: dict[str, int]) -> None:
    assert read(vocabulary_text(stems.items())) == sorted(stems.items())


def test_of_too_many_stems_the_frequent_ones_stay() -> None:
    stems = [(f"слово{n}", 1 + n % 2) for n in range(2 * MOST)]
    kept = read(vocabulary_text(stems))
    assert len(kept) == MOST and {heavy for _, heavy in kept} == {2}
    assert len(vocabulary_text(stems).encode()) < 30_000


@pytest.mark.parametrize("stem", ["=принтер", "#open", "@label", "12345", "до"])
def test_marks_numbers_and_short_words_are_not_completed(stem: str) -> None:
    assert vocabulary_of(stem, 256) is None


def test_what_begins_alike_lies_together() -> None:
    assert vocabulary_of("принтер", 256) == vocabulary_of("при", 256) is not None


def test_files_grow_with_the_shards() -> None:
    assert [vocabulary_count(n) for n in (64, 256, 4096)] == [4, 16, 256]


def test_a_weight_changes_seldom() -> None:
    assert [weight(n) for n in (0, 1, 2, 3, 4, 7, 8)] == [0, 1, 2, 2, 3, 3, 4]
