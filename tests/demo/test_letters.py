"""Mails that are handed to the demo."""

from __future__ import annotations

import pytest

from tracker.demo.letters import with_crlf


@pytest.mark.parametrize("raw", [b"A: b\n\nc\n", b"A: b\r\n\r\nc\r\n", b"A: b\r\n\nc\n"])
def test_a_file_of_any_system_goes_as_smtp_wants_it(raw: bytes) -> None:
    assert with_crlf(raw) == b"A: b\r\n\r\nc\r\n"
