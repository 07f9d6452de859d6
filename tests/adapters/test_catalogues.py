"""A desk's own texts: compiled as written, wrong ones told by line, templates complete."""

from __future__ import annotations

import pickle
import re
from datetime import datetime
from pathlib import Path

import pytest

from tracker.adapters.catalogues import read_overrides, template, unknown_sentences
from tracker.core.errors import TrackerError
from tracker.core.settings import SettingsError
from tracker.core.texts import Language, texts
from tracker.desk.desk import load_settings

PLURAL = """
msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "%(n)s request"
msgid_plural "%(n)s requests"
msgstr[0] "%(n)s Anfrage"
msgstr[1] "%(n)s Anfragen"
"""
SETTINGS = """\
[desk]
name = "Help"
prefix = "HELP"
language = "{}"

[mailbox]
address = "support@example.org"
"""


def put(root: Path, name: str, text: str) -> None:
    (root / "overrides").mkdir(exist_ok=True)
    (root / "overrides" / name).write_text(text, "utf-8")


def german(root: Path, text: str) -> Language:
    put(root, "de.po", text)
    own = read_overrides(root)
    assert own.faults == []
    return Language("de", own.catalogues["de"])


def test_a_desk_without_own_texts_has_none(tmp_path: Path) -> None:
    own = read_overrides(tmp_path)
    assert (own.catalogues, own.faults) == ({}, [])


def test_plurals_and_dates_are_said_as_the_desk_says_them(tmp_path: Path) -> None:
    date = 'msgid "%(day)s %(month)s %(year)s"\nmsgstr "%(day)s. %(month)s %(year)s"\n'
    said = texts(german(tmp_path, f'{PLURAL}\n{date}\nmsgid "of May"\nmsgstr "Mai"\n'))
    assert [said.plural("%(n)s request", "%(n)s requests", n) for n in (1, 2)] == [
        "1 Anfrage",
        "2 Anfragen",
    ]
    assert said.moment(datetime(2026, 5, 3, 9, 4)) == "3. Mai 2026, 09:04"
    assert said.day(datetime(2026, 6, 3)) == "3. June 2026"


def test_a_catalogue_carries_no_time(tmp_path: Path) -> None:
    """Else every build a minute later would begin anew."""
    dates = re.findall(rb"\d{4}-\d\d-\d\d", german(tmp_path, PLURAL).catalogue)
    assert set(dates) == {b"2000-01-01"}


def test_what_is_not_translated_is_said_in_the_language_that_was_there(tmp_path: Path) -> None:
    put(tmp_path, "ru.po", 'msgid "Hello!"\nmsgstr "Привет!"\n\nmsgid "By mail"\nmsgstr ""\n')
    own = Language("ru", read_overrides(tmp_path).catalogues["ru"])
    assert [texts(own)._(one) for one in ("Hello!", "By mail")] == ["Привет!", "По почте"]
    assert texts("ru")._("Hello!") == "Здравствуйте!"


def test_a_language_is_its_code_and_goes_to_other_processes_with_its_words(tmp_path: Path) -> None:
    own = german(tmp_path, 'msgid "Hello!"\nmsgstr "Guten Tag!"\n')
    copy = pickle.loads(pickle.dumps(own))
    assert copy == own == "de" and texts(copy) is texts(own)
    assert own != Language("de") and repr(own) != repr(Language("de"))


@pytest.mark.parametrize(
    ("name", "text", "line", "told"),
    [
        ("de.po", 'msgid "%(n)s MB"\nmsgstr "%(m)s MB"\n', 1, "%(n)s"),
        ("de.po", 'msgid "%(n)s MB"\nmsgstr "100 % %(n)s"\n', 1, "%(n)s"),
        ("de.po", 'msgid "x"\nmsgstr "y"\n<<<<<<< HEAD\n', 3, "catalogue"),
        ("german.po", "", 0, "language"),
    ],
)
def test_faults_are_told_with_file_and_line(
    tmp_path: Path, name: str, text: str, line: int, told: str
) -> None:
    put(tmp_path, name, text)
    (tmp_path / "tracker.toml").write_text(SETTINGS.format("de") + 'x = "y"\n', "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    first = next(one for one in caught.value.faults if one.path == f"overrides/{name}")
    assert first.line == line and told in first.message
    assert any("unknown option `x`" in one.message for one in caught.value.faults)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    put(tmp_path, "de.po", "")
    (tmp_path / "overrides/de.po").write_bytes(b'msgid "x"\nmsgstr "\xff"\n')
    assert [one.path for one in read_overrides(tmp_path).faults] == ["overrides/de.po"]


def test_a_language_without_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "tracker.toml").write_text(SETTINGS.format("de"), "utf-8")
    with pytest.raises(SettingsError, match=r'tracker\.toml:4: .*"en" or "ru".*overrides/de\.po'):
        load_settings(tmp_path)
    put(tmp_path, "de.po", "")
    assert load_settings(tmp_path).desk.language == "de"


def test_a_sentence_nobody_says_is_found(tmp_path: Path) -> None:
    put(tmp_path, "de.po", 'msgid "Hello!"\nmsgstr "a"\n\nmsgid "Helo!"\nmsgstr "b"\n')
    assert [(one.line, one.message) for one in unknown_sentences(tmp_path)] == [
        (4, "no such sentence: 'Helo!'")
    ]


@pytest.mark.parametrize("language", ["de", "ru", "en", "pt-BR"])
def test_a_template_holds_every_sentence_and_is_a_catalogue_itself(
    tmp_path: Path, language: str
) -> None:
    made = template(language, tmp_path)
    put(tmp_path, f"{language}.po", made)
    assert read_overrides(tmp_path).faults == [] and not list(unknown_sentences(tmp_path))
    assert 'msgid "New request"' in made and 'msgid "Hello!"' in made
    assert ("Здравствуйте!" in made) is (language == "ru")
    assert template(language, tmp_path) == made


def test_a_template_keeps_what_the_desk_says_already(tmp_path: Path) -> None:
    put(tmp_path, "de.po", 'msgid "Hello!"\nmsgstr "Guten Tag!"\n')
    assert 'msgid "Hello!"\nmsgstr "Guten Tag!"' in template("de", tmp_path)


def test_no_template_for_what_is_no_language(tmp_path: Path) -> None:
    with pytest.raises(TrackerError, match="no language"):
        template("klingonisch", tmp_path)
