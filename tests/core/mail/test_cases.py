"""Every odd mail in tests/mails is read exactly as its expected.json says."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tracker.core.addresses import Address
from tracker.core.mail import Bounce, Mail, Part, read_mail

MAILS = Path(__file__).parents[2] / "mails"
CASES = sorted(path.parent.name for path in MAILS.glob("*/in.eml"))


def as_json(mail: Mail, expected: dict[str, object]) -> dict[str, object]:
    """Return the fields of ``mail`` that ``expected`` names, in the form it has them."""
    shown: dict[str, object] = {}
    for name in expected:
        value = getattr(mail, name)
        if name == "sender":
            value = written(value)
        elif name == "date":
            value = value.isoformat() if value else None
        elif name == "bounce":
            value = bounce_as_json(value)
        elif name == "attachments":
            named = expected["attachments"]
            assert isinstance(named, list)
            fields = [set(one) for one in named] + [set()] * len(value)
            value = [part_as_json(part, keys) for part, keys in zip(value, fields, strict=False)]
        elif name == "authentication_results":
            value = [list(group) for group in value]
        elif isinstance(value, tuple):
            value = [written(one) for one in value]
        shown[name] = value
    return shown


def written(value: object) -> str:
    """Return an address with its brackets, whether it has a name or not."""
    if isinstance(value, Address):
        return f"{value.name} <{value.email}>".strip()
    return str(value)


def part_as_json(part: Part, fields: set[str]) -> dict[str, object]:
    digest = hashlib.sha256(part.content).hexdigest()[:12]
    every = {
        "name": part.name,
        "type": part.type,
        "size": part.size,
        "sha256": "" if part.refused else digest,
        "refused": part.refused,
    }
    shown = {name: every[name] for name in every if not fields or name in fields}
    if part.content_id:
        shown["content_id"] = part.content_id
    if part.inline:
        shown["inline"] = True
    return shown


def bounce_as_json(bounce: Bounce | None) -> dict[str, object] | None:
    if bounce is None:
        return None
    return {
        "hard": bounce.hard,
        "original": bounce.original_message_id,
        "recipients": [
            [one.recipient, one.action, one.status, one.diagnostic, one.hard]
            for one in bounce.recipients
        ],
    }


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    """The mail is read as expected."""
    expected = json.loads((MAILS / name / "expected.json").read_text(encoding="utf-8"))
    lists = frozenset(expected.pop("lists", ()))
    mail = read_mail((MAILS / name / "in.eml").read_bytes(), lists=lists)
    assert as_json(mail, expected) == expected


def test_every_case_is_explained() -> None:
    """The README has one line per case, and no line without a case."""
    readme = (MAILS / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([^`]+)` \|", readme, re.MULTILINE) == CASES
