"""The portal's catalogue: complete, compiled, and nothing in it unused."""

from __future__ import annotations

import ast
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import tracker
from tracker.core.pages.cards import _SIDES
from tracker.core.pages.html import STATUS_NAMES
from tracker.core.pages.lists import TITLES_OF

PACKAGE = Path(tracker.__file__).parent
CATALOGUE = PACKAGE / "locale" / "ru" / "LC_MESSAGES" / "portal.po"
_BY_NAME = {"Open", "Closed", "Any", "Number", "Subject", "Status", "From", "Updated"}


def used() -> set[str]:
    """Every sentence the pages translate: literals in the code, and the tables of keys."""
    found = {*_BY_NAME, *STATUS_NAMES.values(), *TITLES_OF.values(), *filter(None, _SIDES.values())}
    for path in [*(PACKAGE / "core" / "pages").glob("*.py"), *(PACKAGE / "portal").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="_"), args=[ast.Constant(value=str(key)), *_]
                ):
                    found.add(key)
    return found


def test_every_sentence_is_translated_and_none_is_left_over() -> None:
    catalogue = read_po(BytesIO(CATALOGUE.read_bytes()))
    translated = {str(one.id) for one in catalogue if one.id and one.string}
    assert translated == used()


def test_the_compiled_catalogue_matches() -> None:
    written = read_po(BytesIO(CATALOGUE.read_bytes()))
    compiled = read_mo(BytesIO(CATALOGUE.with_suffix(".mo").read_bytes()))
    assert {one.id: one.string for one in written if one.id} == {
        one.id: one.string for one in compiled if one.id
    }
