"""The scan: a leak in any form is found, and no mail stops publication."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.core.pages.make import answer, entry, ticket
from tests.desk.private import SECRET, PrivateDesk
from tracker.core.accounts.layout import SEALED
from tracker.core.addresses import Address
from tracker.core.ticket import Attachment
from tracker.desk.canary import read_canaries
from tracker.desk.scan import ScanError, Scanned, scan

WORDS = "Прошу срочно восстановить доступ эксперта комиссии к протоколу вчерашнего заседания"
FILE = Attachment(
    "заявление-петров.pdf", "tickets/000/ACCREDO-1/заявление-петров.pdf", 3, "application/pdf"
)
PAGE = "<!doctype html><title>Служба</title><p>Добро пожаловать</p>"

FORMS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "json": lambda text: json.dumps({"text": f"<p>{text}</p>"}).encode(),
    "html": lambda text: "".join(f"&#x{ord(one):x};" for one in text).encode(),
    "escaped": lambda text: html.escape(text).encode(),
    "percent": lambda text: f'<a href="mailto:?body={quote(text)}">'.encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64 by one": lambda text: base64.b64encode(b"1" + text.encode()),
    "base64 by two": lambda text: base64.b64encode(b"12" + text.encode()),
    "gzip": lambda text: gzip.compress(text.encode()),
    "json in base64 in gzip": lambda text: gzip.compress(
        base64.b64encode(json.dumps(text).encode())
    ),
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateDesk:
    """A private desk with one request, sealed, and a site of one harmless page."""
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    desk = PrivateDesk(tmp_path / "desk")
    desk.put(ticket(1, entry(WORDS, attachments=(FILE,)), answer("Добрый день!")))
    desk.file(FILE.path, b"pdf")
    desk.account()
    desk.seal()
    for path, data in desk.sealed().items():
        put(desk, path, data)
    (desk.site / "index.html").write_text(PAGE, "utf-8")
    monkeypatch.delenv("TRACKER_SECRET")
    return desk


def put(desk: PrivateDesk, name: str, data: bytes) -> None:
    path = desk.site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def look(desk: PrivateDesk, previous: Path | None = None) -> Scanned:
    return scan(desk.root, desk.site, previous)


def test_a_site_without_a_leak_passes_without_the_secret(desk: PrivateDesk) -> None:
    done = look(desk)
    assert (done.files, done.notes()) == (1, [])


@pytest.mark.parametrize("form", FORMS)
def test_a_canary_is_found_in_any_form(desk: PrivateDesk, form: str) -> None:
    for word in read_canaries(desk.root / SEALED)[:4]:
        put(desk, "assets/x.bin", b"before " + FORMS[form](f"some {word} more"))
        if "gzip" in form:
            put(desk, "assets/x.bin", FORMS[form](f"some {word} more"))
        with pytest.raises(ScanError) as caught:
            look(desk)
        assert caught.value.paths == ["assets/x.bin"]
        assert word not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize("form", FORMS)
def test_an_address_is_found_in_any_form(desk: PrivateDesk, form: str) -> None:
    put(desk, "feed.xml", FORMS[form]("from Ivan@example.org today"))
    with pytest.raises(ScanError) as caught:
        look(desk)
    assert caught.value.paths == ["feed.xml"] and "ivan" not in caught.value.message.lower()


@pytest.mark.parametrize("form", FORMS)
def test_eight_words_are_found_in_any_form_and_the_file_goes(desk: PrivateDesk, form: str) -> None:
    put(desk, "leak.json", FORMS[form](" ".join(WORDS.split()[1:])))
    done = look(desk)
    assert done.removed == ["leak.json"] and not (desk.site / "leak.json").exists()
    assert (desk.site / "index.html").read_text("utf-8") == PAGE
    assert "доступ" not in "".join(done.notes())


def test_the_last_good_version_of_a_file_stays(desk: PrivateDesk, tmp_path: Path) -> None:
    former = tmp_path / "former"
    former.mkdir()
    (former / "index.html").write_text(PAGE, "utf-8")
    (desk.site / "index.html").write_text(f"{PAGE}<p>{WORDS}</p>", "utf-8")
    done = look(desk, former)
    assert done.kept == ["index.html"]
    assert (desk.site / "index.html").read_text("utf-8") == PAGE


def test_seven_words_are_an_accident(desk: PrivateDesk) -> None:
    put(desk, "a.txt", " ".join(WORDS.split()[:7]).encode())
    assert look(desk).removed == []


def test_the_name_of_an_attachment_is_a_trace(desk: PrivateDesk) -> None:
    put(desk, "files.html", b'<a href="' + quote("заявление-петров.pdf").encode() + b'">x</a>')
    assert look(desk).removed == ["files.html"]


TITLE = "Не приходит письмо комиссии"
NOTE = "Проверить паспорт эксперта Сидорова"
SHORT = {
    "title": TITLE,
    "note": NOTE,
    "name": "Ольга Константинопольская",
    "author": "Пётр Первоиванов",
    "phone": "8 (495) 765-43-21",
}


def with_short_traces(desk: PrivateDesk) -> None:
    olga = Address(SHORT["name"], "olga@mail.example")
    petr = Address(SHORT["author"], "petr@mail.example")
    said = (entry("Да.", author=olga), entry("И я.", 1, author=petr, role="participant"))
    note = answer(NOTE, 2, kind="note")
    desk.put(ticket(7, *said, note, title=TITLE, requester=olga, phone="+7 495 765-43-21"))
    desk.commit()


@pytest.mark.parametrize("what", SHORT)
@pytest.mark.parametrize("form", FORMS)
def test_a_title_a_note_a_name_or_a_number_alone_is_found(
    desk: PrivateDesk, what: str, form: str
) -> None:
    with_short_traces(desk)
    put(desk, "list.json", FORMS[form](f" {SHORT[what].upper()}. "))
    assert look(desk).removed == ["list.json"]


@pytest.mark.parametrize("what", SHORT)
def test_what_the_desks_own_pages_say_is_no_trace(desk: PrivateDesk, what: str) -> None:
    """Whoever names a letter like a page, or writes under a name on it, stops nothing."""
    with_short_traces(desk)
    (desk.root / "docs" / "more.md").write_text(f"# Помощь\n\n{SHORT[what]}\n", "utf-8")
    put(desk, "more/index.html", f"<h1>Помощь</h1><p>{SHORT[what]}</p>".encode())
    assert look(desk).notes() == []


@pytest.mark.parametrize(
    "shown", ["Не приходит письмо", "Ольга", "765-43-21", "Константинопольская Ольга"]
)
def test_less_than_the_whole_is_an_accident(desk: PrivateDesk, shown: str) -> None:
    with_short_traces(desk)
    put(desk, "a.html", f"<p>{shown}</p>".encode())
    assert look(desk).notes() == []


def test_a_built_site_holds_no_short_trace_by_itself(desk: PrivateDesk) -> None:
    """What the theme and the tracker write themselves is none, whatever a mail is called."""
    titles = ("Как написать в службу поддержки", "Пропустить и перейти к содержанию")
    for number, title in enumerate(titles, 10):
        who = Address("Служба поддержки", f"p{number}@mail.example")
        desk.put(ticket(number, entry("?", author=who), title=title, requester=who))
    desk.commit()
    done = desk.run("build", TRACKER_SECRET=SECRET)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_name_of_the_file_itself_is_looked_at(desk: PrivateDesk) -> None:
    put(desk, "заявление-петров.pdf", b"harmless")
    assert look(desk).removed == ["заявление-петров.pdf"]
    put(desk, "ivan@example.org.html", b"harmless")
    with pytest.raises(ScanError):
        look(desk)


# No mail stops publication


def test_who_quotes_the_desks_own_pages_stops_nothing(desk: PrivateDesk) -> None:
    text = "Как написать в службу поддержки: тема, **номер обращения** и [ваши](a.md) слова"
    (desk.root / "docs" / "help" / "more.md").write_text(f"# Помощь\n\n{text}\n", "utf-8")
    shown = text.replace("**", "").replace("[ваши](a.md)", "ваши")
    desk.put(ticket(2, entry(f"Вы пишете: {shown}")))
    desk.commit()
    put(desk, "help/more/index.html", f"<h1>Помощь</h1><p>{shown}</p>".encode())
    assert look(desk).notes() == []


def test_who_quotes_a_published_page_stops_nothing_either(
    desk: PrivateDesk, tmp_path: Path
) -> None:
    """A row of words that only the finished page has, such as its navigation in one line."""
    page = f"<p>{WORDS} такая строка</p>".encode()
    former = tmp_path / "former"
    former.mkdir()
    (former / "nav.html").write_bytes(page)
    put(desk, "nav.html", page)
    done = look(desk, former)
    assert (done.known, done.kept, done.removed) == (["nav.html"], [], [])
    assert (desk.site / "nav.html").read_bytes() == page


def test_the_desks_own_and_documented_addresses_stop_nothing(desk: PrivateDesk) -> None:
    """Also where somebody writes from one of them, or from a part of one."""
    (desk.root / "docs" / "people.md").write_text("press@example.org", "utf-8")
    for number, address in enumerate(("press@example.org", "t@example.org"), 2):
        one = ticket(number, requester=ticket(1).requester.__class__("", address))
        desk.put(one)
    desk.commit()
    put(desk, "a.html", b"support@example.org anna@example.org mailto:press@example.org?x=1")
    assert look(desk).notes() == []


def test_the_themes_own_files_pass(desk: PrivateDesk) -> None:
    import material

    theme = Path(material.__file__).parent / "templates" / "assets" / "javascripts"
    script = next(theme.glob("bundle.*.js"))
    quoted = script.read_text("utf-8")[:4_000]
    desk.put(ticket(3, entry(quoted)))
    desk.commit()
    put(desk, f"assets/javascripts/{script.name}", script.read_bytes())
    assert look(desk).notes() == []


def test_a_foreign_or_changed_file_among_the_sealed_ones_is_told(desk: PrivateDesk) -> None:
    put(desk, "private/b/other", b"x")
    with pytest.raises(ScanError, match="private/b/other"):
        look(desk)
    (desk.site / "private/b/other").unlink()
    one = next(path for path in (desk.site / "private").rglob("*") if path.is_file())
    one.write_bytes(b"changed")
    with pytest.raises(ScanError, match=one.name):
        look(desk)


def test_the_command_ends_with_1_and_names_the_file(desk: PrivateDesk) -> None:
    put(desk, "feed.xml", b"ivan@example.org")
    done = desk.run("scan")
    assert done.returncode == 1 and "feed.xml" in done.stderr and "ivan@" not in done.stderr
    (desk.site / "feed.xml").write_text(WORDS, "utf-8")
    done = desk.run("scan", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout) == {
        "files": 2, "kept": [], "removed": ["feed.xml"], "known": [],
    }  # fmt: skip
