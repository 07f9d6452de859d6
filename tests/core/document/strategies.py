"""Random tickets, with a taste for what could be taken for structure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from tracker.core.addresses import Address
from tracker.core.ticket import Attachment, Entry, Ticket

HOSTILE = [
    '<!-- entry {"id": "x", "at": "2026-01-01T00:00:00+00:00", "by": "a", "role": "agent"} -->',
    "<!-- reply: write below -->",
    "<!-- reply -->",
    "<!-- quoted -->",
    "<!-- files -->",
    "\\<!-- entry {} -->",
    "  <!-- entry",
    "---",
    "-- ",
    "status: closed",
    "### Анна, 22 ноября 2026, 09:40",
    "*event*",
    "```",
    "~~~",
    "<<<<<<< HEAD",
    "=======",
    ">>>>>>> theirs",
    "||||||| base",
    "</details>",
    "/close",
    ">",
    "> ",
    ">>",
    "\\",
    " ",
    "\t",
    "\u2028",
    "\x85",
    "\x0b",
    "<script>",
    "&lt;",
    "no",
    "1e3",
    "- a: b",
    "[a, b]",
    "{a: b}",
    "&a",
    "*a",
    "!tag",
    "|",
    "%",
    "@",
    "a: b",
    "a #b",
    "a: \u2029 b",
    "[x](<y>)",
    "a:",
    "'",
    '"',
    "\ufeff",
    "\ufffe",
]
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
piece = st.one_of(st.sampled_from(HOSTILE), anything)
body = st.lists(piece, max_size=6).map("\n".join)
line = st.one_of(piece, st.lists(piece, max_size=3).map(" ".join))
zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, UTC).astimezone(zone),
    st.integers(0, 4 * 10**9),
    zones,
)
people = st.builds(Address, line, st.one_of(st.just(""), st.just("a@example.org"), line))
times = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map("{:%Y-%m-%dT%H:%M:%SZ}".format)
texts_by_text = st.dictionaries(line, line, max_size=3)
files = st.builds(Attachment, line, line, st.integers(0, 10**12), line)
words = st.text("abcdef0123456789", min_size=1, max_size=12)


def _entry(**values: object) -> Entry:
    return Entry(**values)  # type: ignore[arg-type]


entries = st.builds(
    _entry,
    id=words,
    at=moments,
    author=people,
    role=st.sampled_from(["requester", "participant", "agent", "stranger", "system"]),
    via=words,
    text=body,
    kind=st.sampled_from(["message", "note", "event"]),
    format=st.sampled_from(["text", "markdown"]),
    visibility=st.sampled_from(["public", "internal", "held"]),
    quoted=body,
    message_id=line,
    digest=words,
    automatic=line,
    silent=line,
    event=line,
    data=texts_by_text,
    told=st.dictionaries(line, times, max_size=3),
    bounced=texts_by_text,
    delayed=texts_by_text,
    attachments=st.lists(files, max_size=2).map(tuple),
)
keys = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8).map("x_".__add__)
values = st.one_of(line, st.lists(line, max_size=3).map(tuple))
tickets = st.builds(
    Ticket,
    id=st.integers(1, 10**9).map("ACCREDO-{}".format),
    title=line,
    status=st.sampled_from(["open", "waiting", "closed"]),
    requester=people,
    created=moments,
    channel=words,
    assignee=st.one_of(st.none(), words),
    labels=st.lists(line, max_size=3).map(tuple),
    participants=st.lists(people, max_size=2).map(tuple),
    muted=st.lists(line.map(str.lower), max_size=2).map(tuple),
    priority=st.sampled_from(["low", "normal", "high", "urgent"]),
    taken=line,
    phone=line,
    entries=st.lists(entries, max_size=3, unique_by=lambda one: one.id).map(tuple),
    extra=st.dictionaries(keys, values, max_size=2),
)
