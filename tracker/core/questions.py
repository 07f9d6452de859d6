"""One question of a request type, from the line that the settings hold: ``Date*: when it began``.

A star asks for an answer. What follows the colon is a hint, or the answers to choose from with
``|`` between them: ``System: portal | mail | another``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.texts import LANGUAGES, texts

MAX_QUESTIONS = 20
"""Questions of one type: more than this nobody answers."""
MAX_LABEL = 50
"""Characters of a label: a mail program must not wrap the line inside of it."""

_WRITTEN = re.compile(r"(?P<label>[^:*|\[\]]+?)\s*(?P<must>\*?)\s*(?::\s*(?P<rest>.*))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``choices`` are the only answers there are, or empty where any will do."""

    label: str
    required: bool = False
    hint: str = ""
    choices: tuple[str, ...] = ()


def type_word(language: str) -> str:
    """Return what a composed letter calls the type of the request."""
    return texts(language)._("Type")


def text_word(language: str) -> str:
    """Return what a composed letter calls the description."""
    return texts(language)._("Description")


def type_words(language: str = "en") -> tuple[str, ...]:
    """Return the word for the type in the desk's ``language``, then in those of the tracker."""
    return tuple(dict.fromkeys(type_word(one) for one in (language, *LANGUAGES)))


def text_words(language: str = "en") -> tuple[str, ...]:
    """Return the word for the description in the same languages."""
    return tuple(dict.fromkeys(text_word(one) for one in (language, *LANGUAGES)))


def is_taken(label: str, language: str = "en") -> bool:
    """Say whether every composed letter has ``label`` already, as type or description."""
    words = (*type_words(language), *text_words(language))
    return label.casefold() in {one.casefold() for one in words}


def read_question(written: str) -> Question:
    """Read one line of ``questions``. Raises ValueError with what it must be."""
    found = None if _CONTROL.search(written) else _WRITTEN.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"holds `{written}`, which is no question: write `Label*: hint`")
    label = " ".join(found["label"].split())
    if len(label) > MAX_LABEL:
        raise ValueError(f"has a label longer than {MAX_LABEL} characters: `{label}`")
    if is_taken(label):
        raise ValueError(f"asks for `{label}`, which every request has already")
    rest = (found["rest"] or "").strip()
    choices = tuple(filter(None, (one.strip() for one in rest.split("|")))) if "|" in rest else ()
    return Question(label, bool(found["must"]), "" if choices else rest, choices)


def read_questions(written: Sequence[str]) -> tuple[Question, ...]:
    """Read the lines of ``questions``, in their order. Raises ValueError."""
    if len(written) > MAX_QUESTIONS:
        raise ValueError(f"asks {len(written)} questions; at most {MAX_QUESTIONS} are possible")
    questions = tuple(read_question(one) for one in written)
    labels = [one.label.casefold() for one in questions]
    for place, label in enumerate(labels):
        if label in labels[:place]:
            raise ValueError(f"asks for `{questions[place].label}` twice")
    return questions
