"""Packing a plaintext: deflated, its length in front, padded so that sizes tell little."""

from __future__ import annotations

import zlib

from tracker.core.errors import TrackerError

_HEAD = 4
LARGEST = 256 * 2**20
"""Bytes that a packed file may hold unpacked."""
_LEVEL = 6


def padme(length: int) -> int:
    """Return the length that ``length`` bytes are padded to: at most 12 % more, and only
    O(log log n) bits of the length show (Padmé; Nikitin et al., PoPETs 2019).
    """
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    free = exponent - exponent.bit_length()
    mask = (1 << free) - 1
    return (length + mask) & ~mask


def pack(plain: bytes) -> bytes:
    """Deflate (RFC 1951), put the deflated length in front (4 bytes, big endian), pad."""
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = deflater.compress(plain) + deflater.flush()
    whole = len(data).to_bytes(_HEAD, "big") + data
    return whole + bytes(padme(len(whole)) - len(whole))


def unpack(packed: bytes) -> bytes:
    """Take a plaintext out again. Raises TrackerError for anything ``pack`` doesn't write."""
    length = int.from_bytes(packed[:_HEAD], "big")
    end = _HEAD + length
    if len(packed) < _HEAD or len(packed) != padme(end) or packed[end:].strip(b"\0"):
        raise TrackerError("A sealed file has a wrong length or wrong padding")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = inflater.decompress(packed[_HEAD:end], LARGEST)
    except zlib.error:
        raise TrackerError("A sealed file can't be inflated") from None
    if not inflater.eof or inflater.unused_data:
        raise TrackerError("A sealed file is not inflated whole")
    return plain
