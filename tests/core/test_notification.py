"""Letters about a ticket: what requesters read, what agents read, and what never gets outside."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import IVAN, KEYS, NOW, entry, event, later, settings, ticket
from tracker.core.addresses import Address
from tracker.core.bulletins import MOST_LISTED, alarm, digest
from tracker.core.commands import NAMES
from tracker.core.letters import Letter
from tracker.core.notices import due
from tracker.core.notification import enclosed, notification
from tracker.core.outward import outgoing
from tracker.core.planned import Owed
from tracker.core.settings import Settings
from tracker.core.staff_letters import staff_letter
from tracker.core.ticket import Attachment, Entry, Ticket
from tracker.core.tokens import read_message_id

ANNA = Address("Анна", "anna@example.org")
OLGA = Address("Ольга", "olga@example.org")
FOLDER = "tickets/000/ACCREDO-42"
CANARY = "КАНАРЕЙКА"


def answer(number: str = "a1", **values: Any) -> Entry:
    given = {"author": ANNA, "role": "agent", "via": "cli", "message_id": "", "text": "Готово."}
    return entry(number, **(given | values))


def file(name: str, size: int = 4) -> Attachment:
    return Attachment(name, f"{FOLDER}/{name}", size, "application/pdf")


def letter(
    *entries: Entry, to: str = IVAN.key, desk: Settings | None = None, **contents: bytes
) -> Letter:
    one = ticket(42, entry(), *entries)
    out = outgoing(one, [each.id for each in entries], to)
    stored = {f"{FOLDER}/{name}.pdf": content for name, content in contents.items()}
    return notification(out, stored, desk or settings(), KEYS, NOW)


def read(one: Letter) -> tuple[EmailMessage, str, str]:
    message = message_from_bytes(one.content, policy=default)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return message, plain.get_content(), html.get_content()


# To requesters


def test_an_answer_is_a_person_s_letter_with_the_answer_in_it() -> None:
    one = letter(answer(text="Всё **готово**.", format="markdown"))
    message, plain, html = read(one)
    assert not one.machine
    assert message["Auto-Submitted"] is None
    assert message["Subject"] == "Re: [ACCREDO-42] Кабинет"
    assert "Анна" in message["From"]
    assert message["From"].addresses[0].addr_spec == "support@example.org"
    assert plain.startswith("Всё **готово**.")
    assert "Всё <strong>готово</strong>." in html
    assert "отправлено автоматически" not in plain


def test_each_letter_says_where_and_how() -> None:
    for one in (letter(answer()), letter(event("closed"))):
        _, plain, html = read(one)
        for words in (
            "https://help.example.org/tickets/ACCREDO-42/",
            "просто ответьте на это письмо",
            "поставьте их в копию",
            "/стоп",
            "/возобновить",
            "На портале",
            "support@example.org",
            "+7 495",
        ):
            assert words in plain
            assert words in html
        assert "mailto:support@example.org?subject=%5BACCREDO-42%5D%20stop&amp;body=/stop" in html
        # The words are such as a reply may begin with.
        assert (NAMES["стоп"], NAMES["возобновить"]) == ("stop", "resume")
        assert plain.index("На портале") < plain.index("По почте") < plain.index("По телефону")


def test_a_private_desk_links_the_place_in_my_requests_and_no_card() -> None:
    _, plain, html = read(letter(answer(), desk=settings(visibility="private")))
    assert "tickets/" not in plain + html
    assert "Вся переписка: https://help.example.org/requests/#ACCREDO-42" in plain


def test_it_threads_and_proves_who_replies() -> None:
    newest = entry("e2", message_id="<second@example.org>")
    one = ticket(42, entry(), newest, answer())
    message, _, _ = read(notification(outgoing(one, ["a1"], IVAN.key), {}, settings(), KEYS, NOW))
    root = KEYS.message_id("ACCREDO-42", "root", IVAN.key, "example.org")
    assert message["In-Reply-To"] == "<second@example.org>"
    assert message["References"].split() == [root, "<second@example.org>"]
    token = read_message_id(str(message["Message-ID"]))
    assert token is not None
    assert (token.ticket, token.letter) == ("ACCREDO-42", "a1")
    assert KEYS.proves(token, IVAN.key)
    other, _, _ = read(letter(answer(), to=OLGA.key))
    assert other["Subject"] == "[ACCREDO-42] Кабинет"
    assert other["References"] == KEYS.message_id("ACCREDO-42", "root", OLGA.key, "example.org")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (event("closed"), "Обращение ACCREDO-42 закрыто."),
        (event("reopened"), "Обращение ACCREDO-42 снова открыто."),
        (event("merged", data={"into": "ACCREDO-7"}), "объединено с ACCREDO-7"),
        (event("joined", data={"who": str(OLGA)}), "участник Ольга <olga@example.org>"),
    ],
)
def test_what_only_happened_is_told_by_a_machine(one: Entry, said: str) -> None:
    made = letter(one)
    message, plain, _ = read(made)
    assert made.machine
    assert message["Auto-Submitted"] == "auto-generated"
    assert said in plain
    assert "отправлено автоматически" in plain


def test_who_joined_and_who_may_not_have_asked_for_it() -> None:
    joined = event("joined", data={"who": str(OLGA)}, role="requester", author=IVAN)
    _, plain, _ = read(letter(joined, to=OLGA.key))
    assert "Иван Петров: вы подключены к обращению ACCREDO-42" in plain
    assert "Если вы об этом не просили" in read(letter(joined))[1]
    by_agent = event("joined", data={"who": str(OLGA)})
    assert "Если вы об этом не просили" not in read(letter(by_agent))[1]


def test_answer_and_closing_are_one_letter() -> None:
    made = letter(answer(), event("closed"))
    _, plain, _ = read(made)
    assert not made.machine
    assert plain.index("Готово.") < plain.index("закрыто") < plain.index("14 дней")


def test_several_answers_name_who_wrote_when() -> None:
    boris = Address("Борис", "boris@example.org")
    made = letter(answer(), answer("a2", author=boris, text="Ещё.", at=later(hours=1)))
    message, plain, _ = read(made)
    assert "Анна, 23 ноября 2026, 10:00:" in plain
    assert "Борис, 23 ноября 2026, 11:00:" in plain
    assert "Борис" in message["From"]


def test_a_correction_names_the_answer_and_has_its_new_text() -> None:
    sent = answer(text="Новый текст.", told={IVAN.key: "2026-11-23T07:00:00Z"})
    corrected = event("correction", visibility="internal", data={"entry": "a1"})
    one = ticket(42, entry(), sent, corrected)
    made = notification(outgoing(one, ["evcorrection"], IVAN.key), {}, settings(), KEYS, NOW)
    _, plain, _ = read(made)
    assert plain.startswith("Исправление нашего ответа от 23 ноября 2026:\r\n\r\nНовый текст.")
    assert not made.machine


def test_attachments_go_along_up_to_the_limit_and_the_rest_is_linked() -> None:
    mib = 1 << 20
    files = (file("a.pdf", mib), file("b.pdf", 8 * mib), file("c.pdf", 7 * mib), file("d.pdf", 1))
    one = answer(attachments=files, text="См. [план](b.pdf)", format="markdown")
    out = outgoing(ticket(42, entry(), one), ["a1"], IVAN.key)
    assert [each.name for each in enclosed(out, 8)] == ["a.pdf", "c.pdf"]
    made = letter(one, a=b"%PDF", c=b"%PDF c")
    message, plain, html = read(made)
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["a.pdf", "c.pdf"]
    assert "b.pdf  8,4 МБ  https://help.example.org/tickets/ACCREDO-42/b.pdf" in plain
    assert '<a href="https://help.example.org/tickets/ACCREDO-42/b.pdf"' in html
    _, plain, html = read(letter(one, desk=settings(visibility="private")))
    assert "b.pdf  8,4 МБ" in plain
    assert "tickets/" not in plain + html


def test_composed_again_on_another_day_it_is_the_same_letter() -> None:
    one = ticket(42, entry(), answer(attachments=(file("a.pdf"),)), event("closed"))
    out = outgoing(one, ["a1", "evclosed"], IVAN.key)
    contents = {f"{FOLDER}/a.pdf": b"%PDF"}
    made = [notification(out, contents, settings(), KEYS, at) for at in (NOW, later(hours=6))]
    assert made[0] == made[1]


def test_english() -> None:
    _, plain, _ = read(letter(answer(), event("closed"), desk=settings(language="en")))
    assert "The request ACCREDO-42 is closed." in plain
    assert "just reply to this letter" in plain
    assert "reply with the line /stop. The line /resume brings them back." in plain


# To agents


def staff(*entries: Entry, receipts: tuple[str, ...] = (), **values: Any) -> Letter:
    one = ticket(42, *entries, **values)
    ids = [each.id for each in entries]
    return staff_letter(one, ids, receipts, ANNA.key, settings(), KEYS, NOW)


def test_a_notice_has_the_words_and_all_an_agent_needs() -> None:
    made = staff(entry(text="Не <открывается>", attachments=(file("скан.pdf", 12_000),)))
    message, plain, html = read(made)
    assert made.machine
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "[ACCREDO-42] Кабинет"
    assert "Иван Петров" in message["From"]
    for words in (
        "Новое обращение, Иван Петров <ivan@example.org>:",
        "Не <открывается>",
        "скан.pdf (12 КБ)",
        "Состояние: открыто",
        "Исполнитель: пока никто",
        "tickets/000/ACCREDO-42.md",
        "https://help.example.org/tickets/ACCREDO-42/",
        "/внутр",
        "получит заявитель",
    ):
        assert words in plain
    assert "Не &lt;открывается&gt;" in html
    assert list(message.iter_attachments()) == []


def test_a_notice_threads_with_the_one_before() -> None:
    first, _, _ = read(staff(entry()))
    one = ticket(42, entry(), entry("e2"), answer(message_id="<anna@example.org>"))
    made = staff_letter(one, ["e2"], [], ANNA.key, settings(), KEYS, NOW)
    second, _, _ = read(made)
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert second["References"].split()[0] == first["References"]
    assert second["In-Reply-To"] == "<anna@example.org>"


def test_notes_strangers_and_events_are_told_for_what_they_are() -> None:
    note = answer("n1", kind="note", text="Между нами.")
    stranger = entry("s1", role="stranger", author=OLGA)
    assigned = event("assigned", visibility="internal", data={"to": "anna"})
    _, plain, _ = read(staff(entry(), note, stranger, assigned))
    assert "Внутренняя заметка, Анна <anna@example.org>:" in plain
    assert "Между нами." in plain
    assert "не участник обращения" in plain
    assert "исполнитель — anna" in plain


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (answer(), "Ваш ответ на ACCREDO-42 принят."),
        (answer(kind="note"), "Ваша заметка к ACCREDO-42 принята"),
        (answer(visibility="held"), "Ваше письмо по ACCREDO-42 ждёт проверки."),
        (
            event("misunderstood", id="a1", visibility="internal", data={"reason": "`/clsoe`"}),
            "Команда не понята: `/clsoe`",
        ),
    ],
)
def test_a_receipt_says_what_became_of_a_mail(one: Entry, said: str) -> None:
    message, plain, _ = read(staff(one, receipts=("a1",)))
    assert said in plain
    assert message["Auto-Submitted"] == "auto-replied"


def rows(count: int) -> tuple[list[Owed], dict[int, Ticket]]:
    owed = [
        Owed(n, f"ACCREDO-{n}", "oid", "e1", "@anna", "notice", address=ANNA.key)
        for n in range(1, count + 1)
    ]
    return owed, {one.number: ticket(one.number) for one in owed[:MOST_LISTED]}


def test_a_digest_lists_tickets_and_proves_nothing() -> None:
    owed, tickets = rows(7)
    made = digest(owed, tickets, ANNA.key, settings(), KEYS, NOW)
    message, plain, html = read(made)
    assert message["Subject"] == "7 обращений с новостями (ACCREDO)"
    assert read_message_id(str(message["Message-ID"])) is None
    assert str(message["Message-ID"]).startswith("<digest.")
    assert "ACCREDO-7  Кабинет (Иван Петров)  https://help.example.org/tickets/ACCREDO-7/" in plain
    assert 'href="https://help.example.org/tickets/ACCREDO-7/"' in html
    assert made == digest(owed, tickets, ANNA.key, settings(), KEYS, NOW)


def test_a_digest_of_very_many_lists_the_first() -> None:
    owed, tickets = rows(MOST_LISTED + 3)
    _, plain, _ = read(digest(owed, tickets, ANNA.key, settings(), KEYS, NOW))
    assert plain.count("Кабинет") == MOST_LISTED
    assert "и ещё 3" in plain


def test_the_alarm_says_what_stands_still() -> None:
    since = "2026-11-23T06:00:00Z"
    made = alarm(since, ANNA.key, settings(), KEYS, NOW)
    message, plain, _ = read(made)
    assert "больше 200 (23 ноября 2026, 09:00)" in plain
    assert str(message["Message-ID"]).startswith("<breaker.")
    assert made == alarm(since, ANNA.key, settings(), KEYS, later(hours=2))


# Nothing internal gets outside

people = st.sampled_from([IVAN, OLGA, ANNA])
internal = st.builds(
    lambda number, kind, name, author: (
        event(
            name,
            id=f"x{number}",
            author=Address(CANARY, author.email),
            visibility="internal",
            data={"to": CANARY, "reason": CANARY, "address": CANARY},
        )
        if kind == "event"
        else answer(
            f"x{number}",
            kind=kind,
            visibility="internal" if kind == "note" else "held",
            text=CANARY,
            quoted=CANARY,
            attachments=(file(f"{CANARY}.pdf"),),
            data={"tell": "anna", "reason": CANARY},
        )
    ),
    st.integers(0, 10**6),
    st.sampled_from(["event", "note", "message"]),
    st.sampled_from(["assigned", "labelled", "bounced", "undelivered", "spam", "closed"]),
    people,
)
public = st.builds(
    lambda number, name: (
        event(name, id=f"p{number}", data={"who": str(OLGA), "into": "ACCREDO-7", "reason": CANARY})
        if name
        else answer(f"p{number}", data={"tell": CANARY})
    ),
    st.integers(0, 10**6),
    st.sampled_from(["", "closed", "reopened", "merged", "joined"]),
)


@given(
    st.lists(internal | public, min_size=1, max_size=8, unique_by=lambda one: one.id),
    st.sampled_from(["public", "held"]),
)
def test_nothing_internal_is_in_a_letter_to_anybody_outside(
    entries: list[Entry], first: Any
) -> None:
    one = ticket(42, entry(visibility=first), *entries, assignee=CANARY, labels=(CANARY,))
    owed: dict[str, list[str]] = {}
    for each in due(one):
        if each.what == "answer":
            owed.setdefault(each.recipient, []).append(each.entry)
    assert not owed or first == "public"
    for recipient in {*owed, IVAN.key, OLGA.key}:
        # Even asked for every entry, the gate lets nothing pass but what is public.
        ids = [each.id for each in one.entries]
        for chosen in (owed.get(recipient, ids), ids):
            out = outgoing(one, chosen, recipient)
            contents = {each.path: CANARY.encode() for each in out.files}
            message, plain, html = read(notification(out, contents, settings(), KEYS, NOW))
            assert CANARY not in plain + html + str(message["Subject"]) + str(message["From"])
            assert list(message.iter_attachments()) == []
