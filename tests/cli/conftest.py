"""The commands are tried on the same real desks as the use cases."""

from __future__ import annotations

from tests.desk.conftest import desk, desk_of

__all__ = ["desk", "desk_of"]
