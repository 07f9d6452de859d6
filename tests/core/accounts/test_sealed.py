"""Packing and sealing: what goes in comes out, and nothing that was touched opens."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.accounts.coding import b64, from_b64
from tracker.core.accounts.keys import Master, Ring
from tracker.core.accounts.packing import pack, padme, unpack
from tracker.core.accounts.sealed import Place, SealError, open_sealed, seal
from tracker.core.errors import TrackerError

MASTER = Master("correct horse battery staple")
KEY = bytes(range(32))
PLACE = Place("bundle", "https://help.example.org/", "private/b/x", "ab" * 16, 3)


@given(st.binary(max_size=4_000))
def test_what_is_packed_and_sealed_comes_out(plain: bytes) -> None:
    assert unpack(pack(plain)) == plain
    assert open_sealed(KEY, PLACE, seal(MASTER, KEY, PLACE, plain)) == plain


@given(st.integers(2, 2**40))
def test_padding_costs_little_and_hides_lengths(length: int) -> None:
    padded = padme(length)
    assert length <= padded <= length * 1.12 + 1
    assert padme(padded) == padded
    bits = math.floor(math.log2(padded)) if padded else 0
    free = bits - (math.floor(math.log2(bits)) + 1 if bits else 0)
    assert padded % 2 ** max(0, free) == 0


def test_lengths_are_those_of_the_paper() -> None:
    assert [padme(one) for one in (0, 1, 2, 8, 9, 10, 99, 100, 1000, 1025)] == (
        [0, 1, 2, 8, 10, 10, 104, 104, 1024, 1088]
    )
    assert len({padme(one) for one in range(4_097, 8_193)}) == 16


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:-1] + b"\1",
        lambda data: (len(data) - 4).to_bytes(4, "big") + data[4:],
        lambda data: b"\xff\xff\xff\xff" + data[4:],
        lambda data: data[:4] + b"\xff" + data[5:],
        lambda data: b"",
    ],
)
def test_wrong_packing_is_refused(change: object) -> None:
    packed = pack(b"words " * 40 + random.Random(1).randbytes(40))
    with pytest.raises(TrackerError):
        unpack(change(packed))  # type: ignore[operator]


def test_no_changed_byte_and_no_cut_opens() -> None:
    data = seal(MASTER, KEY, PLACE, b"words")
    for at in range(len(data)):
        for bit in (1, 0x80):
            touched = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            with pytest.raises(SealError):
                open_sealed(KEY, PLACE, touched)
        with pytest.raises(SealError):
            open_sealed(KEY, PLACE, data[:at])
    with pytest.raises(SealError):
        open_sealed(KEY, PLACE, data + b"\0")


@pytest.mark.parametrize(
    "other",
    [
        replace(PLACE, kind="login"),
        replace(PLACE, site="https://other.example/"),
        replace(PLACE, path="private/b/y"),
        replace(PLACE, account="cd" * 16),
        replace(PLACE, epoch=4),
        replace(PLACE, account="", epoch=""),
    ],
)
def test_a_file_opens_in_its_own_place_only(other: Place) -> None:
    with pytest.raises(SealError):
        open_sealed(KEY, other, seal(MASTER, KEY, PLACE, b"words"))


def test_no_nonce_serves_two_texts_or_places() -> None:
    """The same key with one nonce twice would break the cipher: also for another address of the
    site, where only the associated data differ.
    """
    texts = [b"", b"a", b"b", b"a" * 999]
    places = [PLACE, replace(PLACE, site="https://other.example/"), replace(PLACE, epoch=4)]
    nonces = {seal(MASTER, KEY, place, text)[:12] for place in places for text in texts}
    assert len(nonces) == len(texts) * len(places)
    assert seal(MASTER, KEY, PLACE, b"a") == seal(MASTER, KEY, PLACE, b"a")


@given(st.binary(max_size=70))
def test_base64_reads_only_what_it_writes(data: bytes) -> None:
    assert from_b64(b64(data)) == data


@pytest.mark.parametrize("text", ["=", "a", "ab=", "a b", "+/+/", "aa\n", "ab", "я"])
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_b64(text)


def test_another_secret_shares_nothing() -> None:
    other = Master("correct horse battery stapler")
    for make in (
        lambda one: one.id,
        lambda one: one.record_key,
        lambda one: one.account_key("ab" * 16, 1),
        lambda one: one.token("ab" * 16, 1, 1),
        lambda one: one.bundle_name("ab" * 16, 1, 0),
        lambda one: one.attachment_name("ab" * 16, 1, "x"),
        lambda one: one.person("a@example.org"),
    ):
        assert make(MASTER) != make(other)


def test_the_ring_knows_the_former_secret_and_names_the_file_of_a_third() -> None:
    ring = Ring.of_secrets("new secret of the desk", "old secret of the desk")
    assert ring.former is not None
    assert ring.of(ring.former.id, "x") is ring.former
    assert ring.of(ring.current.id, "x") is ring.current
    with pytest.raises(TrackerError, match=r"accounts/ab/x\.json") as caught:
        ring.of("00000000", "accounts/ab/x.json")
    assert "TRACKER_SECRET_OLD" in caught.value.hint
    assert "secret of the desk" not in f"{caught.value.message}{caught.value.hint}"
