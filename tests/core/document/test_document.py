"""The laws of the ticket file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.core.document.strategies import body, entries, line, tickets, values
from tracker.core.document import add_entries, amend_entry, draft, parse, render, set_fields
from tracker.core.document.escaping import escape, fold, unescape, unfold
from tracker.core.document.frontmatter import _fast, _with_yaml
from tracker.core.document.frontmatter import line as field_line
from tracker.core.ticket import Entry, Ticket

languages = st.sampled_from(["ru", "en"])


@given(tickets, languages)
def test_a_ticket_reads_back_as_it_was(ticket: Ticket, language: str) -> None:
    assert parse(render(ticket, language)) == ticket


@given(tickets, languages)
def test_a_written_file_renders_to_the_same_bytes(ticket: Ticket, language: str) -> None:
    text = render(ticket, language)
    assert render(parse(text), language) == text


@given(body, st.sampled_from(["text", "markdown"]))
def test_escaping_is_undone_exactly(text: str, form: str) -> None:
    assert unescape(escape(text, form), form) == text  # type: ignore[arg-type]
    assert unfold(fold(text)) == text


@given(tickets, entries, languages)
def test_adding_an_entry_is_the_same_as_rendering_it(
    ticket: Ticket, entry: Entry, language: str
) -> None:
    if entry.id in {one.id for one in ticket.entries}:
        return
    added = add_entries(render(ticket, language), [entry], language)
    assert added == render(ticket.with_entries(entry), language)


@given(tickets, entries, body)
def test_adding_an_entry_keeps_what_is_being_written(
    ticket: Ticket, entry: Entry, answer: str
) -> None:
    written = render(ticket, "ru") + answer
    added = add_entries(written, [entry], "ru")
    assert added.endswith(answer or written[written.rindex("<!-- reply: write") :])
    assert draft(added).strip("\n") == answer.strip("\n").replace("\r\n", "\n") or "\r" in answer


@given(tickets, line, values)
def test_setting_a_field_changes_that_line_alone(
    ticket: Ticket, title: str, value: str | tuple[str, ...]
) -> None:
    text = render(ticket, "en")
    changed = set_fields(text, {"status": "closed", "zz_new": value})
    assert parse(changed).status == "closed"
    assert parse(changed).extra["zz_new"] == value
    body_of = text[text.index("\n---\n") :]
    assert changed.endswith(body_of)
    assert set_fields(set_fields(changed, {"zz_new": None}), {"status": ticket.status}) == text


@given(tickets.filter(lambda ticket: bool(ticket.entries)), st.data())
def test_amending_an_entry_changes_its_mark_alone(ticket: Ticket, data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(ticket.entries))
    text = render(ticket, "ru")
    amended = amend_entry(text, entry.id, {"told": {"a--b@example.org": "2026-11-22T06:40:11Z"}})
    before, after = text.split("\n"), amended.split("\n")
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) <= 1
    told = next(one for one in parse(amended).entries if one.id == entry.id).told
    assert told == {**entry.told, "a--b@example.org": "2026-11-22T06:40:11Z"}


@given(
    st.from_regex(r"[a-z]{1,3}: [^\n]{1,20}", fullmatch=True)
    | values.map(lambda v: field_line("k", v))
)
def test_the_line_reader_agrees_with_yaml(written: str) -> None:
    fast = _fast(written)
    if fast is not None:
        assert _with_yaml([written], "") == {fast[0]: fast[1]}
