"""A number in large digits, to be read from across a desk."""

from __future__ import annotations

_DIGITS = {
    "0": (" ███ ", "█   █", "█   █", "█   █", " ███ "),
    "1": ("  █  ", " ██  ", "  █  ", "  █  ", " ███ "),
    "2": ("████ ", "    █", " ███ ", "█    ", "█████"),
    "3": ("████ ", "    █", " ███ ", "    █", "████ "),
    "4": ("█   █", "█   █", "█████", "    █", "    █"),
    "5": ("█████", "█    ", "████ ", "    █", "████ "),
    "6": (" ███ ", "█    ", "████ ", "█   █", " ███ "),
    "7": ("█████", "    █", "   █ ", "  █  ", "  █  "),
    "8": (" ███ ", "█   █", " ███ ", "█   █", " ███ "),
    "9": (" ███ ", "█   █", " ████", "    █", " ███ "),
}
_HEIGHT = 5


def banner(number: int) -> str:
    """Return a number in digits five lines high, with blank lines around."""
    digits = [_DIGITS[one] for one in str(number)]
    lines = (f"  {'  '.join(digit[row] for digit in digits)}".rstrip() for row in range(_HEIGHT))
    return "\n".join(("", *lines, ""))
