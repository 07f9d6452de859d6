"""Hiding mail addresses and phone numbers in what the public reads."""

from __future__ import annotations

import re
from collections.abc import Iterable

ADDRESS_MASK = "•••@•••"
PHONE_MASK = "•••"

_AT = r"(?:@|＠|﹫|%40|&#0*64;|&#[xX]0*40;|&commat;)"
# Markup of letters that stand in one word, in Markdown and in HTML: it parts no address.
# No quote but those of a whole link: nothing that looks like a tag within a value is taken for one.
_MARK = (
    r"(?:\*{1,3}|`{1,2}|~~|\\|</?(?:a|b|code|del|em|i|ins|mark|s|small|span|strong|sub|sup|u)>"
    r"|<a href=\"[^\"<>]*\"(?: rel=\"[^\"<>]*\")?>)"
)
# Atomic groups, since possessive repeats of groups go wrong in Python 3.11.2.
_MARKED = rf"(?>{_MARK}{{1,4}})"
_BETWEEN = rf"(?>{_MARK}{{0,4}})"
_NAME = r"(?>[\w.+'=~-]{1,128})"
_LOCAL = rf"{_NAME}(?>(?:{_MARKED}{_NAME}){{0,4}}){_BETWEEN}"
_LABEL = rf"{_BETWEEN}(?>[\w-]+)(?>(?:{_MARKED}(?>[\w-]+)){{0,4}})"
_ADDRESS = re.compile(
    rf"{_LOCAL}{_AT}(?:\[[\d.:a-fA-F]+\]|(?P<link>\[)?{_LABEL}(?:{_BETWEEN}\.{_LABEL})+|sealed\b)"
)
_GAP = rf"(?:[\s().\u00a0\u2010-\u2015/-]|{_MARK}){{0,4}}"
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
_MAY_BE_PHONE = re.compile(r"\d(?:\D{0,12}\d){4}")
_MARKS = re.compile(_MARK)


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
        if _MARKS.sub("", whole).lower() in self._keep:
            return whole
        return (found["link"] or "") + _marked(ADDRESS_MASK, whole)

    def _phone(self, found: re.Match[str]) -> str:
        whole = found[0]
        digits = re.sub(r"\D", "", _MARKS.sub("", whole))
        return whole if digits in self._digits else _marked(PHONE_MASK, whole)


def _marked(mask: str, whole: str) -> str:
    """Return the mask with the markup that began or ended within ``whole``: the rest of the text
    keeps its other half.
    """
    left: list[tuple[str, bool]] = []
    for found in _MARKS.finditer(whole):
        mark = found[0]
        if mark == "\\":
            continue
        if left and _is_pair(left[-1][0], mark):
            left.pop()
        else:
            left.append((mark, _ends(mark, whole[found.end() :])))
    before = "".join(mark for mark, _ in left)
    return mask + before if any(ends for _, ends in left) else before + mask


def _is_pair(one: str, other: str) -> bool:
    if not one.startswith("<"):
        return one == other
    return other == f"</{one.strip('<>').split()[0]}>"


def _ends(mark: str, after: str) -> bool:
    if mark.startswith("<"):
        return mark.startswith("</")
    return not after[:1].isalnum()
