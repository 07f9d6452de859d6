"""The words requesters see, in the desk's language.

The English sentence is the key; ``tracker/locale/<language>/LC_MESSAGES/<domain>.po`` has the
others (GNU gettext). English needs no catalogue. What a desk says differently comes with its
language and goes before.
"""

from __future__ import annotations

import gettext
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

LANGUAGES = ("ru", "en")
"""The languages that come with the tracker. A desk may bring another one along."""
CATALOGUES = Path(__file__).parent.parent / "locale"

MONTHS = (
    "of January",
    "of February",
    "of March",
    "of April",
    "of May",
    "of June",
    "of July",
    "of August",
    "of September",
    "of October",
    "of November",
    "of December",
)
DAY = "%(day)s %(month)s %(year)s"
"""How a date is written; the month is one of ``MONTHS``."""
SHORT_DAY = "%(day)s %(month)s"
"""How a day is written where there is little room; the month has three letters."""
_ENGLISH_MONTHS = {key: key.removeprefix("of ") for key in MONTHS}


class Language(str):
    """The code of a language, such as ``ru``, and what a desk says differently in it.

    ``catalogue`` is a compiled gettext catalogue, empty where the desk says nothing else. It
    travels with the code, so that whatever is told the language knows the desk's own words.
    """

    catalogue: bytes

    def __new__(cls, code: str, catalogue: bytes = b"") -> Language:
        """Join a code and a catalogue."""
        made = super().__new__(cls, code)
        made.catalogue = catalogue
        return made

    def __getnewargs__(self) -> tuple[str, bytes]:  # type: ignore[override]  # str has one only
        """Return what a copy in another process is made of."""
        return str(self), self.catalogue

    def __eq__(self, other: object) -> bool:
        """Compare codes, and between two languages their words too."""
        return str.__eq__(self, other) is True and self.catalogue == getattr(
            other, "catalogue", self.catalogue
        )

    def __ne__(self, other: object) -> bool:
        """Return the contrary."""
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        """Return code and digest: what is derived from a language depends on both."""
        digest = blake2b(self.catalogue, digest_size=8).hexdigest()
        return f"Language({str(self)!r}, {digest})"


class Texts:
    """Sentences and dates in one language.

    ``_`` translates a sentence, ``plural`` picks the form for a number (Russian has three),
    and ``%(name)s`` places are filled from the keyword arguments.
    """

    def __init__(self, language: str, domain: str = "tracker") -> None:
        self.language = language
        self._catalogue = _catalogue(language, domain)
        dates = _catalogue(language, "tracker")
        words = (dates.gettext(key) for key in MONTHS)
        self._months = [_ENGLISH_MONTHS.get(word, word) for word in words]
        self._day = dates.gettext(DAY)
        self._short_day = dates.gettext(SHORT_DAY)

    def _(self, sentence: str, /, **values: object) -> str:
        """Translate ``sentence`` and fill its places."""
        found = self._catalogue.gettext(sentence)
        return found % values if values else found

    def plural(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Translate with the plural form for ``number``, which fills ``%(n)s``."""
        return self._catalogue.ngettext(one, many, number) % {"n": number, **values}

    def day(self, at: datetime) -> str:
        """``22 ноября 2026`` or ``22 November 2026``."""
        return self._day % {"day": at.day, "month": self._months[at.month - 1], "year": at.year}

    def short_day(self, on: date) -> str:
        """``22 ноя`` or ``22 Nov``."""
        return self._short_day % {"day": on.day, "month": self._months[on.month - 1][:3]}

    def moment(self, at: datetime) -> str:
        """``22 ноября 2026, 09:14``, in the time zone that ``at`` carries."""
        return f"{self.day(at)}, {at.hour:02d}:{at.minute:02d}"


def _catalogue(language: str, domain: str) -> gettext.NullTranslations:
    """Return a domain's sentences: the desk's own first, then the tracker's, then English.

    What a domain lacks is looked for in ``tracker``: sizes and dates are said there for all.
    """
    own = language.catalogue if isinstance(language, Language) else b""
    lenient = bool(own) or language == "en"
    found: gettext.NullTranslations | None = gettext.GNUTranslations(BytesIO(own)) if own else None
    for name in dict.fromkeys((domain, "tracker")):
        known = gettext.translation(name, CATALOGUES, [str(language)], fallback=lenient)
        if found is None:
            found = known
        else:
            found.add_fallback(known)
    return found or gettext.NullTranslations()


def texts(language: str, domain: str = "tracker") -> Texts:
    """Return the texts of ``language``, read once."""
    # A language with own words equals its bare code, but its texts are not those of the code.
    own = language.catalogue if isinstance(language, Language) else b""
    return _texts(str(language), own, domain)


@cache
def _texts(code: str, own: bytes, domain: str) -> Texts:
    return Texts(Language(code, own), domain)
