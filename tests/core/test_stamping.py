"""Stamping: every word of a draft becomes an entry by its author, once, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.document.strategies import body, tickets
from tests.core.past import (
    AGENTS,
    MemoryPast,
    Stamped,
    anna,
    boris,
    forged,
    own,
)
from tests.core.samples import NOW, entry, event, settings, ticket
from tracker.core.document import parse, render, set_fields
from tracker.core.document.drafts import find_draft, has_draft
from tracker.core.document.marks import REPLY
from tracker.core.origins import Origin
from tracker.core.stamping import needs_stamping
from tracker.core.ticket import Entry, Ticket

FILE = render(ticket(), "ru")
SETTINGS = settings(AGENTS)
FIRST_LINE = FILE.count("\n") + 1


def stamped(*versions: tuple[Origin, str], files: tuple[str, ...] = ()) -> Stamped:
    """Stamp after these versions; what is stamped needs no stamping any more."""
    found = Stamped(MemoryPast(versions, files), SETTINGS, ticket(7))
    assert parse(found.text) == found.ticket
    if not found.faults:
        assert not needs_stamping(found.text, found.ticket)
        assert found.text.count(REPLY) == 1
        assert found.text.rstrip().endswith(REPLY)
    return found


def drafted(text: str, by: Origin, *more: tuple[Origin, str]) -> Stamped:
    """Stamp a draft that one person wrote, and what others made of it."""
    return stamped((own(hours=9), FILE), (by, FILE + text), *more)


def new(found: Stamped) -> tuple[Entry, ...]:
    return found.ticket.entries[1:]


# Drafts


def test_a_draft_becomes_an_answer_by_its_author_at_the_time_of_the_commit() -> None:
    found = drafted("\nУже чиню.\n\n    код\n\nАнна\n", anna(hours=2))
    (answer,) = new(found)
    assert answer.text == "Уже чиню.\n\n    код\n\nАнна"
    assert str(answer.author) == "Анна <anna@example.org>"
    assert (answer.role, answer.via, answer.kind) == ("agent", "git", "message")
    assert (answer.format, answer.visibility) == ("markdown", "public")
    assert answer.at == NOW - timedelta(hours=2)
    assert answer.at.utcoffset() == NOW.utcoffset()
    assert found.text.startswith(FILE.removesuffix(f"{REPLY}\n"))


def test_a_clock_that_runs_ahead_is_not_believed() -> None:
    (answer,) = new(drafted("x\n", anna(hours=-5)))
    assert answer.at == NOW


def test_nothing_written_changes_nothing() -> None:
    for text in ("", "\n", "  \n\n\t\n", f"{REPLY}\n"):
        found = stamped((own(hours=9), FILE), (anna(), FILE + text))
        assert not found.faults
        assert found.ticket == parse(FILE)
    assert not Stamped(MemoryPast([(own(), FILE)]), SETTINGS).work.files


def test_paragraphs_of_several_people_are_several_entries_in_order() -> None:
    one = FILE + "Раз.\n\nДва.\n"
    two = FILE + "Раз.\n\nТри.\n\n```\na\n\nb\n```\nЧетыре.\n\nДва.\n"
    found = stamped((own(hours=9), FILE), (anna(hours=3), one), (boris(hours=2), two))
    assert [(answer.author.name, answer.text) for answer in new(found)] == [
        ("Анна", "Раз."),
        ("Борис", "Три.\n\n```\na\n\nb\n```\nЧетыре."),
        ("Анна", "Два."),
    ]


def test_of_one_paragraph_the_latest_agent_is_the_author() -> None:
    two = FILE + "Раз.\nДва.\n\nТри.\n"
    found = drafted("Раз.\n\nТри.\n", anna(hours=3), (boris(hours=2), two))
    assert [(one.author.name, one.at) for one in new(found)] == [
        ("Борис", NOW - timedelta(hours=2)),
        ("Анна", NOW - timedelta(hours=3)),
    ]


def test_one_line_by_nobody_known_holds_the_whole_paragraph() -> None:
    two = FILE + "Пароль:\nqwerty\n/close\n\nИ ещё.\n"
    found = drafted("Пароль:\n\nИ ещё.\n", anna(hours=3), (forged(hours=2), two))
    held, answer = new(found)
    assert (held.role, held.visibility, held.text) == (
        "stranger",
        "held",
        "Пароль:\nqwerty\n/close",
    )
    assert str(held.author) == "Анна <anna@example.org>"  # as the commit claims
    assert (answer.role, answer.visibility, answer.text) == ("agent", "public", "И ещё.")
    assert found.ticket.status == "open"


def test_commands_are_obeyed_after_the_words_and_are_no_words() -> None:
    found = drafted("Готово.\n/закрыть\n/label печать\n\nПока.\n", anna(hours=1))
    answer, labelled, closed = sorted(new(found), key=lambda one: one.event != "", reverse=False)
    assert answer.text == "Готово.\n\nПока."
    assert {labelled.event, closed.event} == {"labelled", "closed"}
    assert (found.ticket.status, found.ticket.labels) == ("closed", ("печать",))
    assert closed.via == "git"
    assert closed.at == answer.at == NOW - timedelta(hours=1)


def test_a_draft_of_nothing_but_commands_makes_no_message() -> None:
    found = drafted("/взять\n\n/ждать\n", boris())
    assert [one.event for one in new(found)] == ["assigned", "waiting"]
    assert (found.ticket.assignee, found.ticket.status) == ("boris", "waiting")


def test_a_note_is_internal_and_only_its_author_s() -> None:
    found = drafted(
        "Перезвонить.\n/note\n", anna(hours=2), (boris(), f"{FILE}Перезвонить.\n/note\n\nДа.\n")
    )
    note, answer = new(found)
    assert (note.kind, note.visibility, note.text) == ("note", "internal", "Перезвонить.")
    assert (answer.kind, answer.visibility) == ("message", "public")


def test_a_note_without_words_waits_for_them() -> None:
    """Else the words of the next commit would be public."""
    found = drafted("/note\n", anna())
    assert found.said() == [
        (FIRST_LINE, "`/note` has no words by its author: write both in one paragraph")
    ]
    assert found.text == FILE + "/note\n"


def test_a_merge_touches_both_tickets() -> None:
    found = drafted("Это одно и то же.\n/merge 7\n", anna())
    assert found.ticket.merged_into == "ACCREDO-7"
    assert [one.event for one in found.work.need(7).entries[1:]] == ["took"]


@pytest.mark.parametrize(
    ("draft", "line", "reason"),
    [
        ("Готово.\n/clsoe\n", 1, "`/clsoe` is no command; did you mean `/close`?"),
        ("/assign nobody\n", 0, "There is no agent `nobody`"),
        ("/merge 99\n", 0, "There is no ticket ACCREDO-99"),
        ("/merge 42\n", 0, "ACCREDO-42 can't be merged into itself"),
        ("\n\n/priority hot\n", 2, "`hot` is no priority"),
        ("x\n=======\ny\n", 1, "an unsolved merge: keep one version, delete this mark"),
        (
            'x\n<!-- entry {"id": "z"} -->\n',
            1,
            "an entry stands under the reply mark: move it above, or delete its mark",
        ),
        (
            "См. [акт](ACCREDO-42/a.pdf)\n",
            0,
            "the linked file tickets/000/ACCREDO-42/a.pdf is missing: add it and commit",
        ),
    ],
)
def test_a_draft_with_a_fault_stays_as_it_is(draft: str, line: int, reason: str) -> None:
    found = drafted(f"{draft}\nТекст.\n", anna())
    assert found.said() == [(FIRST_LINE + line, reason)]
    assert found.work.files == {}


def test_a_fault_that_shows_only_in_doing_undoes_the_rest_of_that_draft_alone() -> None:
    merged = ticket(7, entry("e7"), event("merged", data={"into": "ACCREDO-42"}))
    past = MemoryPast([(own(hours=1), FILE), (anna(), FILE + "x\n\n/close\n/merge 7\n")])
    found = Stamped(past, SETTINGS, merged)
    assert found.said() == [(FIRST_LINE + 3, "ACCREDO-7 was merged into ACCREDO-42 itself")]
    assert found.work.files == {}


def test_words_of_nobody_known_have_no_faults() -> None:
    (held,) = new(drafted("/clsoe\n[x](ACCREDO-42/a.pdf)\n", forged()))
    assert held.text == "/clsoe\n[x](ACCREDO-42/a.pdf)"
    assert held.attachments == ()


def test_linked_files_of_the_ticket_are_attachments() -> None:
    folder = "tickets/000/ACCREDO-42"
    files = (f"{folder}/акт 1.pdf", f"{folder}/b(1).png", "tickets/000/ACCREDO-7/c.pdf")
    text = (
        "[Акт](<ACCREDO-42/акт 1.pdf>), ![вид](./ACCREDO-42/b%281%29.png), "
        "[ещё](ACCREDO-42/b(1).png), [не](ACCREDO-7/c.pdf) "
        "[не](https://example.org/ACCREDO-42/x) [не](ACCREDO-42/../x)\n"
    )
    found = stamped((own(hours=1), FILE), (anna(), FILE + text), files=files)
    (answer,) = new(found)
    assert [one.path for one in answer.attachments] == [files[0], files[1]]
    assert [one.size for one in answer.attachments] == [7, 7]


# The file


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_line_ends_stay_and_a_last_one_is_added(ending: str) -> None:
    crlf = ending == "\r\n"
    before = FILE.replace("\n", "\r\n") if crlf else FILE
    found = stamped((own(hours=1), before), (anna(), f"{before}Раз.\n\n/close{ending}"))
    answer, closed = new(found)
    assert (answer.text, closed.event) == ("Раз.", "closed")
    assert ("\r\n" in found.text) == crlf
    assert found.text.count("\n") == (found.text.count("\r\n") if crlf else found.text.count("\n"))


def test_words_on_the_line_of_the_reply_mark_are_words() -> None:
    text = FILE.rstrip("\n") + "Готово.\n"
    (answer,) = new(stamped((own(hours=1), FILE), (anna(), text)))
    assert answer.text == "Готово."


LASTS = [
    entry("l1", text="Раз.\n\nДва.", message_id=""),
    entry("l2", text="Раз.", quoted="Было"),
    entry("l3", text="Раз.", quoted="Было", data={"refused_size": "x"}),
    entry("l4", text="# Заголовок\n<!-- x -->", format="markdown"),
    event("closed"),
]


@pytest.mark.parametrize("last", LASTS, ids=lambda one: one.id)
def test_without_the_reply_mark_the_draft_is_what_stands_behind_the_last_entry(
    last: Entry,
) -> None:
    status = "closed" if last.event else "open"
    whole = render(ticket(42, entry(), last, status=status), "ru")
    text = whole.replace(REPLY, "Готово.\n\nДа.")
    found = stamped((own(hours=1), whole), (anna(), text))
    *rest, answer = found.ticket.entries
    assert tuple(rest) == (entry(data={}), last) or rest[1:] == [last]
    assert answer.text == "Готово.\n\nДа."
    assert found.text.startswith(whole.removesuffix(f"{REPLY}\n"))
    gone = whole.replace(f"{REPLY}\n", "")
    assert stamped((own(hours=1), whole), (anna(), gone)).text == whole


def test_a_second_reply_mark_that_a_merge_left_is_no_word() -> None:
    (answer,) = new(drafted(f"Раз.\n{REPLY}\nДва.\n", anna()))
    assert answer.text == "Раз.\n\nДва."


# Laws

authors = st.sampled_from([anna(hours=3), boris(hours=2), forged(hours=1), forged(hours=4)])
plain = body.map(lambda text: text.replace("/close", "close").replace("\r", ""))
chunks = st.lists(st.tuples(authors, plain), min_size=1, max_size=4)


def history(base: str, written: list[tuple[Origin, str]], end: str) -> MemoryPast:
    """Versions in which one after another writes below what is there."""
    versions = [(own(hours=9), base)]
    for origin, text in written:
        versions.append((origin, f"{versions[-1][1]}{text}\n\n"))
    versions[-1] = (versions[-1][0], versions[-1][1].rstrip("\n") + end)
    return MemoryPast(versions)


@given(chunks, st.sampled_from(["\n", ""]), st.booleans())
def test_stamping_loses_no_word_moves_nothing_and_is_done_once(
    written: list[tuple[Origin, str]], end: str, crlf: bool
) -> None:
    base = FILE.replace("\n", "\r\n") if crlf else FILE
    past = history(base, written, end)
    found = Stamped(past, SETTINGS)
    if found.faults:
        assert found.text == found.before
        return
    lines = find_draft(found.before).lines
    words = " ".join(lines).replace("\0", "\ufffd").split()
    assert words == " ".join(one.text for one in found.ticket.entries[1:]).split()
    assert found.text.startswith(base[: base.index(REPLY)])
    assert not needs_stamping(found.text, found.ticket)
    again = Stamped(MemoryPast([*past.made, (own(), found.text)]), SETTINGS)
    assert again.work.files == {}


@given(tickets, chunks)
def test_any_file_parses_afterwards_and_is_stamped_once(
    one: Ticket, written: list[tuple[Origin, str]]
) -> None:
    base = render(replace(one, id="ACCREDO-42"), "ru")
    past = history(base, written, "\n")
    found = Stamped(past, SETTINGS)
    parse(found.text)
    if not found.faults:
        assert not needs_stamping(found.text, found.ticket)


@given(tickets)
def test_what_the_tracker_wrote_has_no_draft_and_the_two_readings_agree(one: Ticket) -> None:
    text = render(one, "ru")
    assert not has_draft(text)
    assert not any(line.strip() for line in find_draft(text).lines)


# What was changed above the mark


def changed(by: Origin, **fields: str | tuple[str, ...] | None) -> Stamped:
    """Stamp a file whose front matter somebody changed."""
    return stamped((own(hours=9), FILE), (by, set_fields(FILE, fields)))


def test_an_agent_s_change_of_fields_becomes_events() -> None:
    found = changed(
        anna(hours=1),
        status="closed",
        assignee="boris",
        priority="high",
        labels=("а", "б"),
        participants=("Ольга <olga@example.org>",),
        muted=("x@example.org",),
        requester="Пётр <petr@example.org>",
        taken="anna",
        phone="+7",
        colour="red",
    )
    events = [(one.event, dict(one.data), one.author.name) for one in new(found)]
    assert events == [
        ("closed", {}, "Анна"),
        ("assigned", {"to": "boris", "tell": "boris"}, "Анна"),
        ("labelled", {"label": "а"}, "Анна"),
        ("labelled", {"label": "б"}, "Анна"),
        ("priority", {"to": "high"}, "Анна"),
        ("joined", {"who": "Ольга <olga@example.org>", "tell": "boris"}, "Анна"),
        ("muted", {"who": "x@example.org"}, "Анна"),
        ("requester", {"to": "Пётр <petr@example.org>"}, "Анна"),
    ]
    assert {one.visibility for one in new(found)} == {"public", "internal"}


def test_a_field_that_was_taken_out_is_its_last_changer_s() -> None:
    before = render(
        ticket(42, entry(), event("assigned", data={"to": "anna"}), assignee="anna"), "ru"
    )
    gone = set_fields(before, {"assignee": None})
    told = gone.replace("Кабинет", "Кабинеты")
    found = stamped((own(hours=9), before), (boris(hours=2), gone), (own(hours=1), told))
    *_, last = found.ticket.entries
    assert (last.event, last.data, last.author.name) == ("assigned", {"to": ""}, "Борис")


def test_a_change_by_nobody_known_is_put_back_and_proposed() -> None:
    found = changed(forged(), status="closed", labels=("а", "б"), assignee="nobody")
    proposed = [(one.event, one.visibility, one.role, dict(one.data)) for one in new(found)]
    assert proposed == [
        ("proposed", "held", "stranger", {"field": "status", "to": "closed"}),
        ("proposed", "held", "stranger", {"field": "assignee", "to": "nobody"}),
        ("proposed", "held", "stranger", {"field": "labels", "to": "а, б", "from": ""}),
    ]
    fields = found.ticket
    assert (fields.status, fields.assignee, fields.labels) == ("open", None, ())
    assert found.text.startswith(FILE.removesuffix(f"{REPLY}\n"))


def test_of_a_list_every_changer_counts_of_a_word_the_last() -> None:
    one = set_fields(FILE, {"labels": ("а",), "status": "closed"})
    two = set_fields(FILE, {"labels": ("а", "б"), "status": "waiting"})
    found = stamped((own(hours=9), FILE), (forged(hours=2), one), (anna(hours=1), two))
    assert [(one.event, one.role) for one in new(found)] == [
        ("waiting", "agent"),
        ("proposed", "stranger"),
    ]


def test_what_came_and_went_meanwhile_does_not_matter() -> None:
    """An agent's command while a label by hand waits to be stamped."""
    one = set_fields(FILE, {"labels": ("а",)})
    labelled = ticket(42, entry(), event("labelled", data={"label": "б"}), labels=("а", "б"))
    two = render(labelled, "ru")
    found = stamped((own(hours=9), FILE), (boris(hours=2), one), (anna(hours=1), two))
    *_, last = found.ticket.entries
    assert (last.data, last.author.name) == ({"label": "а"}, "Борис")


def test_a_version_that_nobody_could_read_hides_nobody() -> None:
    broken = set_fields(FILE, {"status": "lost"})
    mended = set_fields(FILE, {"status": "closed"})
    found = stamped((own(hours=9), FILE), (forged(hours=2), broken), (anna(hours=1), mended))
    assert [(one.event, one.role) for one in new(found)] == [("proposed", "stranger")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"assignee": "boriss"}, "there is no agent `boriss`; known are anna, boris"),
        ({"participants": ("Ольга",)}, "`participants`: `Ольга` has no mail address"),
    ],
)
def test_a_field_that_means_nothing_is_reported_and_the_others_go_on(
    fields: dict[str, str], reason: str
) -> None:
    found = changed(anna(), status="closed", **fields)
    ((line, said),) = found.said()
    assert said == reason
    assert found.text.split("\n")[line - 1].startswith(next(iter(fields)))
    assert [one.event for one in new(found)] == ["closed"]


def test_an_own_change_without_its_event_gets_it() -> None:
    found = changed(own(), status="waiting")
    assert [(one.event, one.role) for one in new(found)] == [("waiting", "system")]


ANSWERED = render(
    ticket(
        42,
        entry(),
        entry("a1", text="Раз.\n\nДва.", role="agent", told={"i@x.org": "2026-11-22T06:40:11Z"}),
    ),
    "ru",
)


def test_an_agent_s_edit_of_an_answer_that_was_mailed_is_told_as_corrected() -> None:
    text = ANSWERED.replace("Два.", "Двадцать два.")
    found = stamped((own(hours=9), ANSWERED), (boris(hours=1), text))
    _, answer, corrected = found.ticket.entries
    assert (answer.text, answer.edited) == ("Раз.\n\nДвадцать два.", False)
    assert (corrected.event, corrected.data) == ("corrected", {"entry": "a1"})
    assert (corrected.author.name, corrected.at) == ("Борис", NOW - timedelta(hours=1))


def test_an_edit_of_what_nobody_was_told_is_no_event() -> None:
    text = FILE.replace("Не открывается", "Совсем не открывается")
    found = stamped((own(hours=9), FILE), (boris(hours=1), text))
    assert new(found) == ()
    assert not found.ticket.entries[0].edited


@pytest.mark.parametrize("change", [("Два.", "Три."), ("\n\nДва.", ""), ("Раз.\n\nДва.", "")])
def test_an_edit_by_nobody_known_holds_the_entry(change: tuple[str, str]) -> None:
    text = ANSWERED.replace(*change)
    later = text.replace("Раз", "Разок")  # an agent's own edit hides nothing
    for more in ((), ((anna(), later),)):
        found = stamped((own(hours=9), ANSWERED), (forged(hours=1), text), *more)
        assert found.ticket.entries[1].visibility == "held"
        assert found.ticket.entries[1].data == {"held": "edited"}
        assert len(found.ticket.entries) == 2
        assert not found.ticket.entries[1].edited


def test_edits_fields_and_a_draft_at_once() -> None:
    text = set_fields(ANSWERED.replace("Два", "Три"), {"status": "waiting"})
    found = stamped((own(hours=9), ANSWERED), (anna(), f"{text}Ещё.\n/close\n"))
    assert [one.event or one.text for one in found.ticket.entries[2:]] == [
        "corrected",
        "waiting",
        "Ещё.",
        "closed",
    ]
