"""What a desk says in its own words: ``overrides/<language>.po``, checked and compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.core.errors import TrackerError
from tracker.core.settings import Fault
from tracker.core.texts import CATALOGUES

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER = "overrides"
"""The desk's folder for own texts and templates."""
_DOMAINS = ("tracker", "portal")
_PLACE = re.compile(r"%\((\w+)\)s")
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""The same file gives the same catalogue at any time, else every build would begin anew."""
_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass
class Overrides:
    """The compiled catalogues of a desk by language, and what is wrong in its files."""

    catalogues: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_overrides(root: Path) -> Overrides:
    """Read every ``overrides/<language>.po`` of the desk in ``root``.

    A sentence whose places differ from the original's is a fault, since it could not be filled;
    one that the tracker does not say (any more) does no harm.
    """
    found = Overrides()
    for path in sorted((root / FOLDER).glob("*.po")):
        name = f"{FOLDER}/{path.name}"
        if not _CODE.fullmatch(path.stem):
            found.faults.append(Fault(name, 0, "must be named after a language: de.po, pt-BR.po"))
            continue
        catalog = _read(path, name, found.faults)
        if catalog is not None:
            found.faults += _misplaced(catalog, name)
            found.catalogues[path.stem] = _compile(catalog)
    return found


def unknown_sentences(root: Path) -> Iterator[Fault]:
    """Yield the sentences of a desk's files that the tracker never says: most are misspelt."""
    known = {_key(one) for one in _sentences()}
    for path in sorted((root / FOLDER).glob("*.po")):
        name = f"{FOLDER}/{path.name}"
        for one in _read(path, name, []) or ():
            if one.id and _key(one) not in known:
                yield Fault(name, one.lineno or 0, f"no such sentence: {_key(one)!r}")


def template(language: str, root: Path) -> str:
    """Return a catalogue of every sentence as it is said in ``language`` now, or not yet.

    Raises TrackerError for a code that is no language.
    """
    from babel.core import Locale, UnknownLocaleError
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    try:
        made = Catalog(locale=Locale.parse(language, sep="-"), fuzzy=False)
    except (UnknownLocaleError, ValueError):
        raise TrackerError(
            f"`{language}` is no language", "Give a code such as de or pt-BR."
        ) from None
    path = root / FOLDER / f"{language}.po"
    own = (_read(path, path.name, []) if path.is_file() else None) or ()
    said = {_key(one): one.string for one in own}
    for one in _sentences():
        string = said.get(_key(one)) or (one.string if language == "ru" else "")
        if isinstance(one.id, tuple) and not string:
            string = ("",) * made.num_plurals
        made.add(one.id, string, flags=one.flags, auto_comments=one.auto_comments)
    target = BytesIO()
    write_po(target, made, width=0, omit_header=True)
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Plural-Forms: {made.plural_forms}\\n"\n\n'
    )
    return head + target.getvalue().decode().strip() + "\n"


def _sentences() -> Iterator[Message]:
    """Yield every sentence there is; the Russian catalogues hold them all."""
    from babel.messages.pofile import read_po

    seen: set[str] = set()
    for domain in _DOMAINS:
        with (CATALOGUES / "ru" / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
            for one in read_po(file, locale="ru"):
                if one.id and _key(one) not in seen:
                    seen.add(_key(one))
                    yield one


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else str(message.id)


def _read(path: Path, name: str, faults: list[Fault]) -> Catalog | None:
    from babel.messages.pofile import PoFileError, read_po

    try:
        with path.open("rb") as file:
            return read_po(file, locale=path.stem.replace("-", "_"), abort_invalid=True)
    except PoFileError as error:
        faults.append(Fault(name, error.lineno + 1, f"not a gettext catalogue: {error}"))
    except ValueError as error:
        faults.append(Fault(name, 0, f"not a gettext catalogue in UTF-8: {error}"))
    return None


def _misplaced(catalog: Catalog, name: str) -> Iterator[Fault]:
    for one in catalog:
        ids = one.id if isinstance(one.id, tuple | list) else (one.id,)
        strings = one.string if isinstance(one.string, tuple | list) else (one.string,)
        places = {place for text in ids for place in _PLACE.findall(text)}
        for text in filter(None, strings if one.id else ()):
            if places and not _can_be_filled(text, places):
                wanted = ", ".join(f"%({place})s" for place in sorted(places))
                told = f"{text!r} may have the places {wanted} and no other %"
                yield Fault(name, one.lineno or 0, told)


def _can_be_filled(text: str, places: set[str]) -> bool:
    try:
        text % dict.fromkeys(places, "")
    except (KeyError, ValueError, TypeError):
        return False
    return True


def _compile(catalog: Catalog) -> bytes:
    from babel.messages.mofile import write_mo

    for one in list(catalog):
        if one.id and not any(one.string or ()):  # not translated yet: said in English
            catalog.delete(one.id)
    catalog.creation_date = catalog.revision_date = _NO_DATE
    target = BytesIO()
    write_mo(target, catalog)
    return target.getvalue()
