"""Composing letters: whatever names, addresses and references are, the letter is well-formed."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import KEYS, NOW, SETTINGS, settings
from tracker.core.letters import (
    Content,
    File,
    Head,
    Letter,
    Nature,
    ascii_address,
    date_of,
    domain_of,
    seal,
)
from tracker.core.settings import Settings, SettingsError, read_settings
from tracker.core.stationery import page, paragraph, ways
from tracker.core.tokens import read_tag

OURS = f"<ACCREDO-1.e1.{'a' * 24}@example.org>"


def letter(
    recipient: str = "ivan@example.org",
    references: tuple[str, ...] = (),
    subject: str = "Тема",
    line: str = "Строка",
    desk: Settings | None = None,
    nature: Nature = "auto-generated",
    files: tuple[File, ...] = (),
) -> Letter:
    used = desk or settings()
    plain, html = page([paragraph(line)], ways(used), used, automatic=bool(nature))
    content = Content(subject, plain, html, nature, files=files)
    return seal(content, Head(recipient, OURS, references, NOW), used, KEYS)


def lines_of(one: Letter) -> list[str]:
    """The header lines, unfolded."""
    head = one.content.split(b"\r\n\r\n", 1)[0].decode("ascii")
    return head.replace("\r\n ", " ").split("\r\n")


@pytest.mark.parametrize("long", [10, 70, 190])
def test_foreign_message_ids_stay_to_the_letter(long: int) -> None:
    ids = tuple(f"<{'x' * long}{n}@mail.example>" for n in range(12))
    lines = lines_of(letter(references=ids))
    assert f"In-Reply-To: {ids[-1]}" in lines
    assert f"References: {' '.join(ids[-10:])}" in lines
    assert max(map(len, letter(references=ids).content.split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    "hostile",
    [
        "<a@b>\r\nBcc: x@y.org",
        "<a b@c>",
        "a@b",
        "<a@b><c@d>",
        "<Иван@example.org>",
        "<>",
        f"<{'a' * 500}@b.org>",
        "<a@b\x00>",
    ],
)
def test_what_is_no_message_id_is_not_referred_to(hostile: str) -> None:
    lines = lines_of(letter(references=(hostile, "<good@x.org>")))
    assert "References: <good@x.org>" in lines
    assert not any(line.startswith("Bcc") for line in lines)
    assert not any(line.startswith("In-Reply") for line in lines_of(letter(references=(hostile,))))


@pytest.mark.parametrize(
    ("address", "carried"),
    [
        ("ivan@example.org", "ivan@example.org"),
        ("a..b.@docomo.example", "a..b.@docomo.example"),
        ("ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"),
        ("o'neil+tag@x.org", "o'neil+tag@x.org"),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
    ],
)
def test_addresses_that_letters_reach(address: str, carried: str) -> None:
    one = letter(address)
    assert one.recipient == carried
    assert f"To: {carried}" in lines_of(one)


@given(st.text(max_size=12).map(lambda text: text + "@x.org") | st.text(max_size=20))
def test_any_address_either_has_a_letter_or_is_a_value_error(address: str) -> None:
    try:
        one = letter(address)
    except ValueError:
        return
    assert one.recipient.isascii()
    assert one.content.count(b"\r\nTo: ") + one.content.startswith(b"To: ") == 1


@pytest.mark.parametrize(
    "address", ["", "a", "a@", "@b", "a b@c", "a,b@c.org", "a@b@c", "иван@x.org", "a@b\r\nX: y"]
)
def test_addresses_that_no_letter_can_carry(address: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ascii_address(address)


@pytest.mark.parametrize(
    "name",
    [
        'Служба "Аккредо", отдел <1>',
        "Support, Inc. (EU)",
        "a@b.org",
        "<script>alert(1)</script>",
        "=?utf-8?q?x?=",
        "Очень длинное название " * 10,
        "",
    ],
)
def test_a_hostile_name_of_the_desk(name: str) -> None:
    try:
        desk = settings(name=name.replace('"', '\\"'))
    except SettingsError:
        assert name == ""
        return
    message = message_from_bytes(letter(desk=desk).content, policy=default)
    (sender,) = message["From"].addresses
    assert sender.addr_spec == "support@example.org"
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<script>" not in html


def test_text_and_html_say_the_same_and_nothing_is_live() -> None:
    message = message_from_bytes(
        letter(line="<b>Вы</b> & Ко", subject="[ACCREDO-1] Тема").content, policy=default
    )
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    plain, html = (part.get_content() for part in list(message.walk())[1:])
    assert "<b>Вы</b> & Ко" in plain
    assert "&lt;b&gt;Вы&lt;/b&gt; &amp; Ко" in html
    assert "-- \n" in plain.replace("\r\n", "\n")


def test_lines_are_short_enough_and_seven_bit() -> None:
    content = letter(line="я" * 5000, subject="ы" * 500).content
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.count(b"\n") == content.count(b"\r\n")


def test_composed_twice_it_is_the_same_letter() -> None:
    assert letter() == letter()


# Machines' letters and people's


def test_a_machine_s_letter_says_so_and_a_person_s_does_not() -> None:
    machine, person = letter(nature="auto-replied"), letter(nature="")
    assert machine.machine
    assert not person.machine
    assert "Auto-Submitted: auto-replied" in lines_of(machine)
    assert "X-Auto-Response-Suppress: All" in lines_of(machine)
    assert not any(line.startswith(("Auto-", "X-Auto")) for line in lines_of(person))
    for one in (machine, person):
        assert f"X-Tracker-Desk: {KEYS.loop}" in lines_of(one)
        assert not any(line.startswith("List-") for line in lines_of(one))


def test_files_go_along_under_their_names_and_no_type_breaks_the_letter() -> None:
    files = tuple(
        File(name, kind, content)
        for name, kind, content in (
            ("отчёт.pdf", "application/pdf", b"%PDF"),
            ("mail.eml", "message/rfc822", b"From: x\r\n\r\nHello"),
            ("a.txt", "text/plain", "слово".encode("cp1251")),
            ("odd\r\nBcc: x@y.org", "a/b; c", b"\x00\xff"),
            ("", "multipart/mixed", b""),
        )
    )
    one = letter(files=files)
    assert one == letter(files=files)
    message = message_from_bytes(one.content, policy=default)
    found = [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in message.iter_attachments()  # type: ignore[attr-defined]
    ]
    assert [content for _, _, content in found] == [file.content for file in files]
    assert [kind for _, kind, _ in found[:3]] == [
        "application/pdf",
        "application/octet-stream",
        "text/plain",
    ]
    assert found[0][0] == "отчёт.pdf"
    assert message["Bcc"] is None
    assert one.content.isascii()


def test_answers_may_come_to_an_address_with_the_token() -> None:
    text = 'authserv_id = "mx.example.org"'
    desk = read_settings(SETTINGS.replace(text, f"{text}\nplus_tags = true"))
    one = letter(desk=desk)
    (field,) = [line for line in lines_of(one) if line.startswith("Reply-To: ")]
    # What the letter asks for is what the intake reads.
    read = read_tag(field.removeprefix("Reply-To: "))
    assert read is not None
    assert read.ticket == "ACCREDO-1"
    assert KEYS.proves(read, one.recipient)
    assert not any(line.startswith("Reply-To") for line in lines_of(letter()))


def test_a_desk_with_an_international_domain() -> None:
    desk = read_settings(SETTINGS.replace("support@example.org", "support@пример.рф"))
    assert "support@xn--e1afmkfd.xn--p1ai" in " ".join(lines_of(letter(desk=desk)))
    assert domain_of(desk) == "xn--e1afmkfd.xn--p1ai"


def test_a_letter_sent_again_has_the_date_of_what_happened() -> None:
    assert date_of(NOW - timedelta(hours=11), NOW) == NOW - timedelta(hours=11)
    assert date_of(NOW - timedelta(hours=13), NOW) == NOW
    assert date_of(NOW + timedelta(hours=13), NOW) == NOW
