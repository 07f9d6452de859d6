"""What agents do, under one name; each module beside this one does a part of it."""

from tracker.desk.acting import Done, address_of, agent_of, number_from
from tracker.desk.answers import answer, correct
from tracker.desk.changes import set_status
from tracker.desk.opening import open_ticket

__all__ = [
    "Done",
    "address_of",
    "agent_of",
    "answer",
    "correct",
    "number_from",
    "open_ticket",
    "set_status",
]
