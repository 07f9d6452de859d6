"""What events say, and the events that a change makes: each is the inverse of the other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.document.strategies import line, people
from tests.core.samples import IVAN, NOW, entry, event, ticket
from tracker.core.addresses import Address
from tracker.core.document import parse, render, set_fields
from tracker.core.fields import (
    PUBLIC_EVENTS,
    Fields,
    Happening,
    events_between,
    front_matter,
    said,
    visibility_of,
)
from tracker.core.ticket import PRIORITIES, STATUSES, Entry, Ticket
from tracker.core.wording import _EVENTS

few = [
    Address(name, email) for name in ("", "Ольга", "Пётр") for email in ("", "a@x.org", "B@x.org")
]
words = st.one_of(st.sampled_from(["a", "b", "c"]), line)
fields = st.builds(
    Fields,
    status=st.sampled_from(STATUSES),
    assignee=st.sampled_from([None, "anna", "boris"]),
    labels=st.lists(words, max_size=4).map(tuple),
    priority=st.sampled_from(PRIORITIES),
    participants=st.lists(st.one_of(st.sampled_from(few[1:]), people), max_size=4).map(tuple),
    muted=st.lists(words, max_size=3).map(tuple),
    requester=people,
    title=line.map(lambda one: ticket(title=one).title),
)


def told(happenings: list[Happening], start: Fields | None = None) -> Ticket:
    """A ticket whose events say what happened, after it was opened with ``start``."""
    start = start or Fields(requester=IVAN, title="Кабинет")
    assert start.requester is not None
    first = entry(author=start.requester, data={"title": start.title})
    events = [event(name, id=f"ev{n}", data=data) for n, (name, data) in enumerate(happenings)]
    return ticket(42, first, *events, title=start.title, requester=start.requester)


def same(one: Fields) -> Fields:
    """Without what events don't tell: order, and who or what stands twice."""
    kept = {person.key or person.name: str(person) for person in one.participants}
    return replace(
        one,
        labels=tuple(sorted(set(one.labels))),
        participants=tuple(sorted(kept.values())),  # type: ignore[arg-type]
        muted=tuple(sorted(set(one.muted))),
    )


@given(fields, fields)
def test_the_events_between_lead_from_one_to_the_other(before: Fields, after: Fields) -> None:
    opened = Fields(requester=before.requester, title=before.title)
    history = [*events_between(opened, before), *events_between(before, after)]
    reached = said(told(history, opened))
    assert same(reached) == same(after)
    assert list(events_between(reached, after)) == [], "a second look finds nothing to tell"


@given(fields)
def test_nothing_changed_is_nothing_told(one: Fields) -> None:
    assert list(events_between(one, one)) == []
    assert front_matter(one, one) == {}


@given(fields, fields)
def test_what_events_say_survives_the_file(before: Fields, after: Fields) -> None:
    one = told(list(events_between(before, after)), before)
    assert said(parse(render(one, "ru"))) == said(one)


@given(fields, fields)
def test_the_front_matter_says_what_was_wanted(before: Fields, after: Fields) -> None:
    one = ticket(**{name: getattr(before, name) for name in Fields.__dataclass_fields__})
    text = set_fields(render(one, "ru"), front_matter(before, after))
    found = Fields.of(parse(text))
    muted = tuple(address.lower() for address in after.muted)
    assert found == replace(after, muted=muted if before.muted != after.muted else found.muted)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("closed", {}, {"status": "closed"}),
        ("waiting", {}, {"status": "waiting"}),
        ("assigned", {"to": "anna"}, {"assignee": "anna"}),
        ("assigned", {"to": ""}, {"assignee": None}),
        ("priority", {"to": "high"}, {"priority": "high"}),
        ("labelled", {"label": "a"}, {"labels": ("a",)}),
        ("muted", {"who": "a@x.org"}, {"muted": ("a@x.org",)}),
        ("renamed", {"to": "Другое"}, {"title": "Другое"}),
        ("opened", {}, {}),
        ("bounced", {"address": "a@x.org"}, {}),
    ],
)
def test_each_event(name: str, data: dict[str, str], expected: dict[str, object]) -> None:
    start = Fields(requester=IVAN, title="Кабинет")
    assert said(told([(name, data)])) == replace(start, **expected)  # type: ignore[arg-type]


def test_a_held_event_says_nothing_yet() -> None:
    held = event("closed", visibility="held")
    assert said(ticket(42, entry(), held)).status == "open"


def test_a_ticket_that_somebody_else_s_entry_begins_tells_no_requester() -> None:
    first = entry(role="system", data={"title": "x"})
    assert said(ticket(42, first)).requester is None
    assert said(ticket(42, entries=())) == Fields()
    known, unknown = Fields(requester=IVAN, title="Новое"), Fields()
    assert list(events_between(unknown, known)) == []


def test_two_without_an_address_are_two_people() -> None:
    both = (Address("Ольга", ""), Address("Пётр", ""))
    wanted = Fields(participants=both)
    events = list(events_between(Fields(), wanted))
    assert said(told(events)).participants == both


def test_who_stands_twice_is_told_once() -> None:
    twice = (Address("Ольга", "olga@x.org"), Address("О.", "olga@x.org"))
    events = list(events_between(Fields(), Fields(participants=twice)))
    assert events == [("joined", {"who": "О. <olga@x.org>"})]


def test_every_event_has_its_sentence_and_only_some_are_public() -> None:
    assert set(_EVENTS) >= PUBLIC_EVENTS
    assert visibility_of("closed") == "public"
    assert {visibility_of(one) for one in ("assigned", "muted", "proposed")} == {"internal"}


def test_names_of_status_events() -> None:
    def between(before: str, after: str) -> str:
        one, two = Fields(status=before), Fields(status=after)  # type: ignore[arg-type]
        return next(events_between(one, two))[0]

    assert between("closed", "open") == "reopened"
    assert between("waiting", "open") == "resumed"
    assert between("closed", "waiting") == between("open", "waiting") == "waiting"
    assert between("open", "closed") == between("waiting", "closed") == "closed"


def test_an_entry_is_no_event_by_its_data() -> None:
    liar = Entry("e9", NOW, IVAN, "requester", "email", "x", event="closed")
    assert said(ticket(42, entry(), liar)).status == "open"
