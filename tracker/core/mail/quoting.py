"""New words and old ones: where the quotation and the signature of a mail begin."""

from __future__ import annotations

from tracker.core.mail.quote_marks import (
    RULE,
    begins_attribution,
    is_attribution,
    is_cut_mark,
    is_device_line,
    is_forward,
    is_original,
    is_signature_mark,
    label,
    may_cut,
    may_forward,
    plain_lines,
)

MAX_LINES = 20_000
"""Lines that are looked at; what stands below them stays where it is."""
_SIGNATURE_LINES = 15
_ATTRIBUTION_LINES = 3
_HEADER_LINES = 6


def split_quoted(text: str, *, reply: bool = True, forward: bool = False) -> tuple[str, str]:
    """Split a mail's text into the new words and the quotation with the signature.

    ``reply`` says that the mail answers another one (by its headers or its subject),
    ``forward`` that it passes one on: a forwarded mail is content. Only what surely is a
    quotation is cut; answers between the quoted lines keep the whole text together; if
    nothing would be left, everything is. No word is lost: both results together have them
    all. Works on plain text and on Markdown made from HTML.
    """
    lines = text.split("\n")
    page = _Page(lines[:MAX_LINES])
    start, stop = 0, len(lines)
    if not forward and not page.has_forward():
        start, stop = page.quotation(reply, len(lines))
    if stop == len(lines) and not start:
        stop = page.signature(len(lines)) if len(lines) <= MAX_LINES else stop
    else:
        stop = page.signature(stop)
    new = _trim(lines[start:stop])
    if not _says_something(new):
        return "\n".join(_trim(lines)), ""
    old = [_trim(lines[:start]), _trim(lines[stop:])]
    return "\n".join(new), "\n\n".join("\n".join(part) for part in old if part)


def _trim(lines: list[str]) -> list[str]:
    """Return lines without blank ones at the ends."""
    start, stop = 0, len(lines)
    while start < stop and not lines[start].strip():
        start += 1
    while stop > start and not lines[stop - 1].strip():
        stop -= 1
    kept = lines[start:stop]
    if kept:
        # The blanks of a Markdown line break have nothing to break any more.
        kept[-1] = kept[-1].rstrip() if kept[-1].strip() != "--" else kept[-1]
    return kept


def _says_something(lines: list[str]) -> bool:
    return any(char.isalnum() for line in lines for char in line) or any(
        "](attachment:" in line for line in lines
    )


class _Page:
    """The lines of a text, as a person reads them."""

    def __init__(self, lines: list[str]) -> None:
        self._text = "\n".join(lines)
        self.lines = plain_lines(self._text)
        self.quoted = [line.startswith(">") for line in map(str.lstrip, lines)]
        self._ends = [line.endswith(":") for line in self.lines]

    def has_forward(self) -> bool:
        """Whether a forwarded mail is in the text, outside of a quotation."""
        return may_forward(self._text) and any(
            is_forward(line)
            for line, quoted in zip(self.lines, self.quoted, strict=True)
            if not quoted and line
        )

    def quotation(self, reply: bool, end: int) -> tuple[int, int]:
        """Return where the new words begin and end."""
        cut = self._cut(reply)
        above = self._above(cut) if cut < len(self.lines) else cut
        trailing = self._trailing(reply, above)
        if trailing < above:
            return 0, trailing
        if cut < len(self.lines):
            return 0, above
        if trailing < len(self.lines):
            return 0, trailing
        return self._leading(), end

    def _cut(self, reply: bool) -> int:
        """Return the first line after which everything is old, whatever it looks like."""
        may = may_cut(self._text)
        for place, line in enumerate(self.lines):
            if not line:
                continue
            if may and is_cut_mark(line.lstrip("> ")):
                return place
            if reply and not self.quoted[place] and self._begins_old(place, line):
                return place
        return len(self.lines)

    def _begins_old(self, place: int, line: str) -> bool:
        """Whether everything from this line on is the mail that was answered."""
        if line[0] in "-_=" and is_original(line):
            return True
        if ":" in line[:30] and self._is_header(place):
            return True
        return bool(self._attribution(place)) and not self._quote_follows(place)

    def _above(self, place: int) -> int:
        """Return where a quotation really begins whose first sure line is ``place``: at the
        rule, the ``wrote:`` or the header lines right above it.
        """
        start = place
        for above in range(place - 1, max(place - 5, -1), -1):
            if not self.lines[above].strip("> "):
                continue
            if self.lines[above] == RULE or is_original(self.lines[above]):
                start = above
            elif self._attribution_end(above) is not None:
                start = self._attribution_end(above) or above
            break
        return start

    def _is_header(self, place: int) -> bool:
        """Whether two header labels of Outlook stand together, one of them the sender's."""
        first = label(self.lines[place])
        if first not in ("from", "sent"):
            return False
        found = {first}
        for line in self._following(place, _HEADER_LINES):
            kind = label(line)
            if kind:
                found.add(kind)
            elif len(found) < 2:
                return False
        return {"from", "sent"} <= found or ("from" in found and len(found) > 2)

    def _following(self, place: int, most: int) -> list[str]:
        """Return the next lines that are not empty."""
        found = []
        for line in self.lines[place + 1 : place + 1 + most * 2]:
            if line:
                found.append(line)
                if len(found) == most:
                    break
        return found

    def _attribution(self, place: int) -> int:
        """Return how many lines the attribution that begins here has, 0 if none does.

        Gmail and Apple wrap it.
        """
        if not any(self._ends[place : place + _ATTRIBUTION_LINES]):
            return 0
        joined = ""
        for count in range(1, _ATTRIBUTION_LINES + 1):
            if place + count > len(self.lines) or not self.lines[place + count - 1]:
                return 0
            line = self.lines[place + count - 1].lstrip("> ")
            joined = f"{joined} {line}".strip()
            if is_attribution(joined):
                return count
            if count == 1 and not begins_attribution(line):
                return 0
        return 0

    def _attribution_end(self, place: int) -> int | None:
        """Return where an attribution begins that ends on the line ``place``."""
        found = None
        for start in range(place, max(place - _ATTRIBUTION_LINES, -1), -1):
            if self._attribution(start) == place - start + 1:
                found = start
                if begins_attribution(self.lines[start].lstrip("> ")):
                    break
        return found

    def _quote_follows(self, place: int) -> bool:
        """Whether quoted lines come after an attribution."""
        count = self._attribution(place)
        after = self.quoted[place + count : place + count + 4]
        return any(after)

    def _trailing(self, reply: bool, end: int) -> int:
        """Return where the block of quoted lines at the end begins, ``end`` if there is none.

        Quoted lines further up, with new words between, make the text an answer point by
        point: it stays whole.
        """
        first = next((place for place in range(end) if self.quoted[place]), end)
        if first == end:
            return end
        start = self._with_attribution(first)
        # Apple and mail.ru put the attribution inside the quotation.
        if start == first and not reply and not self._attribution(first):
            return end
        for place in range(first, end):
            if self.quoted[place] or not self.lines[place]:
                continue
            if self._only_signature(place, end):
                break
            return end
        return start

    def _with_attribution(self, first: int) -> int:
        """Return where the attribution above a quotation begins."""
        above = first - 1
        while above >= 0 and above >= first - 3 and not self.lines[above]:
            above -= 1
        start = self._attribution_end(above) if above >= 0 else None
        if start is None:
            return first
        return start

    def _only_signature(self, place: int, end: int) -> bool:
        """Whether nothing but a signature stands from ``place`` on."""
        rest = [line for line in self.lines[place:end] if line]
        if is_signature_mark(rest[0]):
            return len(rest) <= _SIGNATURE_LINES
        return all(is_device_line(line) for line in rest)

    def _leading(self) -> int:
        """Return where the answer below a quotation at the top begins, 0 if there is none."""
        place = 0
        while place < len(self.lines) and not self.lines[place]:
            place += 1
        count = self._attribution(place) if place < len(self.lines) else 0
        if not count:
            return 0
        place += count
        while place < len(self.lines) and (self.quoted[place] or not self.lines[place]):
            place += 1
        if place == len(self.lines) or any(self.quoted[place:]):
            return 0
        return place if any(self.quoted[:place]) else 0

    def signature(self, end: int) -> int:
        """Return where the signature above line ``end`` begins, ``end`` if there is none."""
        stop = min(end, len(self.lines))
        while stop and not self.lines[stop - 1]:
            stop -= 1
        start = stop
        while start and (not self.lines[start - 1] or is_device_line(self.lines[start - 1])):
            start -= 1
        if start < stop:
            stop, end = start, start
        for place in range(stop - 1, max(stop - _SIGNATURE_LINES - 2, -1), -1):
            if is_signature_mark(self.lines[place]) and not self.quoted[place]:
                return place
            if self.quoted[place]:
                break
        return end
