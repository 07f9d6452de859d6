"""The words requesters see, in the desk's language.

The English sentence is the key; ``tracker/locale/<language>/LC_MESSAGES/<domain>.po`` has the
others (GNU gettext). English needs no catalogue.
"""

from __future__ import annotations

import gettext
from datetime import datetime
from functools import cache
from pathlib import Path

LANGUAGES = ("ru", "en")
_CATALOGUES = Path(__file__).parent.parent / "locale"

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
_ENGLISH_MONTHS = {key: key.removeprefix("of ") for key in MONTHS}


class Texts:
    """Sentences and dates in one language.

    ``_`` translates a sentence, ``plural`` picks the form for a number (Russian has three),
    and ``%(name)s`` places are filled from the keyword arguments.
    """

    def __init__(self, language: str, domain: str = "tracker") -> None:
        self.language = language
        self._catalogue = gettext.translation(
            domain, _CATALOGUES, languages=[language], fallback=language == "en"
        )
        self._months = [self._month(key) for key in MONTHS]

    def _month(self, key: str) -> str:
        word = texts(self.language)._(key) if self._catalogue_lacks(key) else self._(key)
        return _ENGLISH_MONTHS.get(word, word)

    def _catalogue_lacks(self, key: str) -> bool:
        return self.language != "en" and self._catalogue.gettext(key) == key

    def _(self, sentence: str, /, **values: object) -> str:
        """Translate ``sentence`` and fill its places."""
        found = self._catalogue.gettext(sentence)
        return found % values if values else found

    def plural(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Translate with the plural form for ``number``, which fills ``%(n)s``."""
        return self._catalogue.ngettext(one, many, number) % {"n": number, **values}

    def day(self, at: datetime) -> str:
        """``22 ноября 2026`` or ``22 November 2026``."""
        return f"{at.day} {self._months[at.month - 1]} {at.year}"

    def moment(self, at: datetime) -> str:
        """``22 ноября 2026, 09:14``, in the time zone that ``at`` carries."""
        return f"{self.day(at)}, {at.hour:02d}:{at.minute:02d}"


@cache
def texts(language: str, domain: str = "tracker") -> Texts:
    """Return the texts of ``language`` (one of ``LANGUAGES``), read once."""
    return Texts(language, domain)
