"""Templates: values, parts, and what is wrong with a template."""

from __future__ import annotations

import pytest

from tracker.core.errors import TrackerError
from tracker.core.hosting.filling import fill


def test_parts_and_values() -> None:
    template = "a @x@\n#: if one\nb\n  #: if not two\n  c\n  #: end\n#: end\nd ${{ x }} e@f\n"
    assert fill(template, {"x": "1"}, {"one": True, "two": True}) == "a 1\nb\nd ${{ x }} e@f\n"
    assert fill(template, {"x": "1"}, {"one": True, "two": False}).count("c\n") == 1
    assert fill(template, {"x": "1"}, {"one": False, "two": False}) == "a 1\nd ${{ x }} e@f\n"


def test_a_value_is_not_filled_again() -> None:
    assert fill("@x@", {"x": "@y@", "y": "z"}, {}) == "@y@"


@pytest.mark.parametrize("template", ["@y@", "#: if y\n#: end\n", "#: if x\n"])
def test_what_a_template_lacks_is_a_fault(template: str) -> None:
    with pytest.raises(TrackerError, match="template"):
        fill(template, {}, {"x": True})
