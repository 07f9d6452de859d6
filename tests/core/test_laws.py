"""Every law of the core in its long form."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

TESTS = Path(__file__).parents[2]
EXAMPLES = 1000
Law = Callable[[], None]


def laws() -> Iterator[Law]:
    """Yield the property tests that ask for nothing but their examples."""
    for path in sorted(Path(__file__).parent.rglob("test_*.py")):
        name = ".".join(path.relative_to(TESTS).with_suffix("").parts)
        for one in vars(importlib.import_module(name)).values():
            if is_hypothesis_test(one) and one.__module__ == name and not marks(one):
                yield one


def marks(law: Law) -> list[pytest.Mark]:
    return getattr(law, "pytestmark", [])


@pytest.mark.soak
@pytest.mark.parametrize("law", list(laws()), ids=lambda law: f"{law.__module__}.{law.__name__}")
def test_a_law_on_many_examples(law: Law) -> None:
    # As a decorator does it, whatever the short form has set already.
    law._hypothesis_internal_use_settings = settings(
        max_examples=EXAMPLES, derandomize=False, suppress_health_check=list(HealthCheck)
    )
    law()
