"""Paragraphs of format=flowed text (RFC 3676)."""

from __future__ import annotations

SHORTEST = 55
"""A line that ends before this column was ended by a person, not by wrapping."""


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Join the soft-broken lines of a flowed text; ``delete_space`` is the DelSp parameter.

    Only lines that were wrapped for their length are joined: people leave blanks at the
    ends of short lines (``Name: ``, list items), and joining those would garble a form.
    """
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if open_depth == depth and words.strip() and _was_wrapped(out[-1], words):
            joint = out[-1][:-1] if delete_space else out[-1]
            out[-1] = joint + words
        else:
            out.append("> " * depth + words if depth else words)
        flowed = words.endswith(" ") and words != "-- " and bool(words.strip())
        open_depth = depth if flowed else -1
    return "\n".join(out)


def _was_wrapped(line: str, following: str) -> bool:
    """Whether the next line's first word had no room at the end of ``line``."""
    return len(line) + len(following.split(" ", 1)[0]) > SHORTEST
