"""Tables and JSON that other programs wrote: read whole, within limits, with clear faults."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracker.core.errors import TrackerError
from tracker.core.mail.charsets import decode

LARGEST = 2 * 2**30
"""Bytes of a file that are read: it stands in memory as a whole."""
_LONGEST_FIELD = 2**26
_DELIMITERS = ",;\t|"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def read_bytes(path: Path) -> bytes:
    """Return a file. Raises TrackerError where it can't be read or is too large."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise TrackerError(
                f"{path} has {size:,} bytes; {LARGEST:,} are read at most",
                "Export it in several parts and import them one after the other.",
            )
        return path.read_bytes()
    except OSError as error:
        raise TrackerError(f"{path} can't be read: {error.strerror}", "Check the path.") from None


def read_table(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file, each with the number of its first line.

    Charset and delimiter (comma, semicolon, tab, bar) are found out. Raises TrackerError.
    """
    raw = read_bytes(path)
    declared = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(declared)
    except UnicodeDecodeError:
        text = decode(raw)[0]
    heading = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    csv.field_size_limit(_LONGEST_FIELD)
    return list(_rows(path, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))


def _rows(path: Path, reader: Any) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise TrackerError(
            f"{path}: the row of line {line} can't be read: {error}",
            "A quotation mark that is not closed is the usual cause.",
        ) from None


def read_json(path: Path) -> Any:
    """Return what a JSON file holds. Raises TrackerError, also for names that stand twice."""
    raw = read_bytes(path)
    encoding = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        return parse_json(raw.decode(encoding))
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise TrackerError(
            f"{path} is no JSON that can be read: {reason}", "Export it again, whole."
        ) from None


def parse_json(text: str) -> Any:
    """Return what a JSON text holds. Raises ValueError and RecursionError."""
    return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {sys.intern(name): value for name, value in pairs}
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name `{twice[:60]}` stands twice in one object")
    return found


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
