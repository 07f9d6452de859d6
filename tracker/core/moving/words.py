"""What the words of other systems mean here: statuses, priorities, labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tracker.core.addresses import one_line
from tracker.core.ticket import Priority, Status

MOST_LABELS = 50
LONGEST_LABEL = 100

_STATUS: dict[Status, str] = {
    "closed": (
        "closed|done|resolved|cancelled|canceled|declined|rejected|complete|completed|won't do|"
        "won't fix|duplicate|закрыт|закрыто|закрыта|готово|выполнено|решен|решён|решено|"
        "отклонено|отменено|отменен|отменён"
    ),
    "waiting": (
        "waiting|waiting for customer|waiting for reporter|waiting for requester|pending|"
        "need info|needs info|awaiting response|on hold|ожидание|ожидает|ожидает клиента|"
        "ожидание клиента|ожидание ответа клиента|ждем ответа|ждём ответа"
    ),
}
_PRIORITY: dict[Priority, str] = {
    "urgent": "blocker|highest|urgent|immediate|p0|срочный|срочно|блокирующий|наивысший",
    "high": "critical|high|p1|высокий|критический",
    "low": "low|lowest|minor|trivial|p3|p4|низкий|наименьший|незначительный|тривиальный",
}
_BY_STATUS = {word: one for one, words in _STATUS.items() for word in words.split("|")}
_BY_PRIORITY = {word: one for one, words in _PRIORITY.items() for word in words.split("|")}
_UNRESOLVED = ("", "unresolved", "не решено", "не решен", "нет решения", "none")


def status_of(
    name: str, *, category: str = "", resolution: str = "", told: Mapping[str, Status] | None = None
) -> Status:
    """Return what a status means.

    ``told`` says it for names in small letters and comes first, then what the other system
    itself says: a ``category`` (Jira: ``new``, ``indeterminate``, ``done``) or a ``resolution``.
    """
    word = name.strip().lower()
    if told and word in told:
        return told[word]
    found = _BY_STATUS.get(word, "open")
    if category == "done" or found == "closed":
        return "closed"
    if not category and resolution.strip().lower() not in _UNRESOLVED:
        return "closed"
    return found


def priority_of(name: str) -> Priority:
    """Return what a priority means; one that is not known is a normal one."""
    return _BY_PRIORITY.get(name.strip().lower(), "normal")


def labels_of(written: Iterable[str]) -> tuple[str, ...]:
    """Return labels as a ticket has them: each once, on one line, of bounded length."""
    clean = (one_line(one).replace(",", " ").strip()[:LONGEST_LABEL] for one in written)
    return tuple(one for one in dict.fromkeys(clean) if one)[:MOST_LABELS]
