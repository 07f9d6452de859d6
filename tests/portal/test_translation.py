"""A desk's own words: a third language by one file, other words in a known one, own templates."""

from __future__ import annotations

from pathlib import Path

from tests.core.pages.make import entry, ticket
from tests.portal.desks import SETTINGS, DeskFolder, contents
from tracker.core.ticket import Attachment

GERMAN = Path(__file__).parent / "de.po"


def test_a_third_language_needs_one_file(desk: DeskFolder) -> None:
    desk.settings(SETTINGS.format(language="de", visibility="public"))
    desk.file("overrides/de.po", GERMAN.read_bytes())
    file = Attachment("a.pdf", "tickets/000/ACCREDO-1/a.pdf", 12_345, "application/pdf")
    desk.file(file.path, b"x" * 12_345)
    desk.put(ticket(1, entry("Guten Tag", attachments=(file,))))
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    front = (desk.site / "index.html").read_text("utf-8")
    card = (desk.site / "tickets/ACCREDO-1/index.html").read_text("utf-8")
    assert '<html lang="de"' in front and "Neue Anfrage" in front and "By phone" in front
    assert "<html lang=de>" in card and "22. November 2026" in card and "12 kB" in card
    assert not list(desk.site.rglob("*.po"))


def test_a_desk_says_a_sentence_in_its_own_way(desk: DeskFolder, pages: Path) -> None:
    """Other words are other pages: everything is rendered again, as a clean build would."""
    desk.put(ticket(1), ticket(2))
    desk.publish(pages)
    card = desk.site / "tickets/ACCREDO-1/index.html"
    assert "Ответить письмом" in card.read_text("utf-8")
    own = 'msgid "Reply by mail"\nmsgstr "Написать ответ"\n'
    desk.file("overrides/ru.po", own.encode())
    assert desk.publish(pages).rendered == 2
    assert "Написать ответ" in card.read_text("utf-8")
    assert desk.publish(pages).rendered == 0
    changed = contents(desk.site)
    (desk.root / "overrides/ru.po").unlink()
    assert desk.publish(pages).rendered == 2
    assert contents(desk.site) != changed


def test_a_desk_has_templates_of_its_own(desk: DeskFolder) -> None:
    config = (desk.root / "mkdocs.yml").read_text("utf-8")
    config = config.replace("name: material\n", "name: material\n  custom_dir: overrides\n")
    (desk.root / "mkdocs.yml").write_text(config, "utf-8")
    own = (
        "<p>Министерство</p>{% include '.icons/material/web.svg' %}<div data-tracker='foot'></div>"
    )
    desk.file("overrides/partials/footer.html", own.encode())
    desk.file(
        "overrides/ru.po",
        b'msgid "New request"\nmsgstr "\xd0\x9d\xd0\xbe\xd0\xb2\xd0\xbe\xd0\xb5"\n',
    )
    desk.put(ticket(1))
    desk.commit()
    done = desk.build()
    assert done.returncode == 0, done.stderr
    assert "<p>Министерство</p>" in (desk.site / "help/index.html").read_text("utf-8")
    assert "Министерство" in (desk.site / "assets/tracker/shell.js").read_text("utf-8")
    assert not list(desk.site.rglob("*.po"))


def test_a_fault_in_the_desks_words_is_told_with_file_and_line(desk: DeskFolder) -> None:
    wrong = (
        '\n\nmsgid "Or write to %(address)s with [%(number)s] in the subject."\nmsgstr "%(x)s"\n'
    )
    desk.file("overrides/ru.po", wrong.encode())
    done = desk.build()
    assert done.returncode != 0 and "Traceback" not in done.stderr
    assert "overrides/ru.po:3" in done.stderr and "%(address)s" in done.stderr
