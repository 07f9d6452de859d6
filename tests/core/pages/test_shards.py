"""Search files: the lists come back as written, and stay small."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.pages.shards import (
    LONGEST,
    decode,
    encode,
    shard_count,
    shard_of,
    shard_text,
    titles_text,
)

NUMBERS = st.sets(st.integers(1, 2_000_000), max_size=200).map(lambda s: sorted(s, reverse=True))


@given(NUMBERS)
def test_a_list_comes_back_as_written(numbers: list[int]) -> None:
    assert decode(encode(numbers)) == numbers


def test_a_list_of_everything_is_cut_and_says_so() -> None:
    everything = list(range(100_000, 0, -1))
    line = shard_text({"здравств": everything[::-1]})
    stem, numbers = line.rstrip("\n").split("\t")
    assert stem == "здравств" and numbers.endswith("*")
    assert len(numbers) <= LONGEST + 1
    newest = decode(numbers.rstrip("*"))
    assert newest == everything[: len(newest)] and len(newest) > 3_000


@given(st.text(max_size=20), st.sampled_from([64, 256, 4096]))
def test_a_title_stem_lies_with_its_stem(stem: str, count: int) -> None:
    assert shard_of("=" + stem.lstrip("="), count) == shard_of(stem.lstrip("="), count) < count


def test_shards_grow_with_the_desk() -> None:
    assert [shard_count(n) for n in (0, 2_048, 2_049, 100_000)] == [64, 64, 256, 4096]


def test_a_list_of_a_status_is_told_farther_back() -> None:
    everything = list(range(1, 15_001))
    assert "*" not in shard_text({"#open": everything})
    assert "*" in shard_text({"open": everything, "@label": everything})


def test_a_mark_with_letters_beyond_the_first_plane_is_hashed_as_the_browser_does() -> None:
    """Two UTF-16 units: U+1F389 is D83C DF89."""
    assert shard_of("🎉", 4096) == shard_of("\ud83c\udf89", 4096)


def test_titles_are_json() -> None:
    tickets = [(42, "A-42", "«x»", "open"), (43, "OLD-43", "y", "closed")]
    assert titles_text(tickets, "A") == '{"42":"o«x»","43":["cy","OLD-43"]}'
