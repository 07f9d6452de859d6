"""Writing a ticket file from a ticket."""

from __future__ import annotations

from tracker.core.addresses import one_line
from tracker.core.document import frontmatter, marks
from tracker.core.document.escaping import escape, escape_inline, fold
from tracker.core.document.frontmatter import Value
from tracker.core.document.reader import FENCE
from tracker.core.texts import Texts, texts
from tracker.core.ticket import Attachment, Entry, Ticket
from tracker.core.wording import event_sentence, refused_sentences, size_words


def render(ticket: Ticket, language: str) -> str:
    """Return the file of ``ticket``; derived words (headings, dates) are in ``language``."""
    words = texts(language)
    parts = [FENCE, *frontmatter.write(fields_of(ticket)), FENCE, ""]
    for n, entry in enumerate(ticket.entries, 1):
        parts.append(render_entry(entry, n, words))
    parts.append(marks.REPLY)
    return "\n".join(parts) + "\n"


def fields_of(ticket: Ticket) -> dict[str, Value]:
    """Return the front matter of a ticket, in the order it is written."""
    fields: dict[str, Value] = {
        "id": ticket.id,
        "title": ticket.title,
        "status": ticket.status,
        "requester": str(ticket.requester),
    }
    optional: dict[str, Value | None] = {
        "participants": tuple(map(str, ticket.participants)),
        "muted": ticket.muted,
        "assignee": ticket.assignee,
        "taken": ticket.taken,
        "labels": ticket.labels,
        "priority": ticket.priority if ticket.priority != "normal" else None,
        "channel": ticket.channel,
        "phone": ticket.phone,
    }
    fields |= {key: value for key, value in optional.items() if value or key == "channel"}  # type: ignore[misc]
    fields["created"] = ticket.created.isoformat()
    return fields | dict(ticket.extra)


def render_entry(entry: Entry, n: int, words: Texts) -> str:
    """Return the lines of one entry, a blank line at the end included."""
    parts = [marks.write_data(marks.data_of(entry, n)), heading(entry, words), ""]
    if entry.text:
        parts += [escape(entry.text, entry.format), ""]
    if entry.quoted:
        summary = words._("Quoted text")
        parts += [marks.QUOTED, f"<details><summary>{summary}</summary>", ""]
        parts += [fold(entry.quoted), "", "</details>", ""]
    files = [*(_file(one, words) for one in entry.attachments), *_refused(entry, words)]
    if files:
        parts += [marks.FILES, *files, ""]
    return "\n".join(parts)


def heading(entry: Entry, words: Texts) -> str:
    """Return the line under an entry's mark: who and when, for people."""
    at = words.moment(entry.at)
    if entry.kind == "event":
        return f"*{escape_inline(one_line(event_sentence(entry, words)))}, {at}*"
    note = f" ({words._('internal note')})" if entry.kind == "note" else ""
    return f"### {escape_inline(entry.author.shown)}, {at}{note}"


def _file(one: Attachment, words: Texts) -> str:
    target = one_line("/".join(one.path.split("/")[-2:]))
    return f"- [{escape_inline(one.name)}](<{target}>) ({size_words(one.size, words)})"


def _refused(entry: Entry, words: Texts) -> list[str]:
    return [f"- {escape_inline(one_line(one))}" for one in refused_sentences(entry, words)]
