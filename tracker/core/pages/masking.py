"""Hiding mail addresses and phone numbers in what the public reads."""

from __future__ import annotations

import re
from collections.abc import Iterable

ADDRESS_MASK = "•••@•••"
PHONE_MASK = "•••"

_AT = r"(?:@|＠|﹫|%40|&#0*64;|&#[xX]0*40;|&commat;)"
_ADDRESS = re.compile(
    rf"(?P<local>[\w.+'=~-]{{1,128}}){_AT}(?P<domain>[\w-]+(?:\.[\w-]+)+|\[[\d.:a-fA-F]+\]|sealed\b)"
)
_GAP = r"[\s().\u00a0\u2010-\u2015/-]{0,3}"
_PHONE = re.compile(
    r"(?<![\w•/=-])(?:"
    rf"\+(?:\d{_GAP}){{8,14}}\d"  # +7 (495) 123-45-67, +44 20 7946 0000
    rf"|[78]{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{2}}"  # 8 800 123-45-67
    r"|\(\d{3,5}\)\s?\d(?:[\s\u2010-\u2015-]?\d){4,6}"  # (495) 123-45-67
    r"|\d{3}[-.\u2010-\u2015]\d{3}[-.\u2010-\u2015]\d{4}"  # 212-555-0123
    r"|\d{3}[-\u2010-\u2015 ]\d{2}[-\u2010-\u2015 ]\d{2}"  # 123-45-67
    r")(?![\w-]|\.\d)"
)

# Cheap looks before the real ones: most texts hold neither.
_MAY_BE_ADDRESS = re.compile(_AT)
_MAY_BE_PHONE = re.compile(r"\d\D{0,4}\d\D{0,4}\d\D{0,4}\d\D{0,4}\d")


def unmasked(text: str) -> str:
    """Return ``text`` as it is: the mask of those whose ticket it is."""
    return text


class Mask:
    """Masks every address and phone number but the desk's own ``keep``."""

    def __init__(self, keep: Iterable[str] = ()) -> None:
        self._keep = {one.lower() for one in keep if one}
        self._digits = {re.sub(r"\D", "", one) for one in keep if one} - {""}

    def __call__(self, text: str) -> str:
        """Return ``text`` with the mask in place of each address and number.

        Works on plain text and on finished HTML alike: a mask holds no markup. Applying it
        twice changes nothing.
        """
        if _MAY_BE_ADDRESS.search(text):
            text = _ADDRESS.sub(self._address, text)
        return _PHONE.sub(self._phone, text) if _MAY_BE_PHONE.search(text) else text

    def _address(self, found: re.Match[str]) -> str:
        whole = found[0]
        return whole if whole.lower() in self._keep else ADDRESS_MASK

    def _phone(self, found: re.Match[str]) -> str:
        return found[0] if re.sub(r"\D", "", found[0]) in self._digits else PHONE_MASK
