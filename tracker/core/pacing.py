"""When to try again, and whether the machine slept meanwhile: pauses with chance, two clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_SLEPT = 20.0
"""By so many seconds the clock on the wall must have run ahead; corrections of it are smaller."""


@dataclass(slots=True)
class Pauses:
    """Pauses between attempts: each twice as long as the one before, at most ``most`` seconds,
    and shortened by up to a half at random, so that many who were cut off don't come back at once.

    ``chance`` returns a number from 0 to 1.
    """

    chance: Callable[[], float]
    first: float = 0.5
    most: float = 300.0
    failures: int = 0

    def after_failure(self, least: float = 0.0) -> float:
        """Return how many seconds to wait now, ``least`` at least."""
        pause = min(self.most, max(least, self.first * float(1 << min(self.failures, 30))))
        self.failures += 1
        return pause * (1 - self.chance() / 2)

    def worked(self) -> None:
        """Begin with a short pause the next time."""
        self.failures = 0


@dataclass(slots=True)
class Sleep:
    """Tells that the machine slept: the clock on the wall went on, the steady one stood still."""

    wall: float
    steady: float

    def noticed(self, wall: float, steady: float) -> float:
        """Return for how many seconds it slept since the last call, or 0."""
        ahead = (wall - self.wall) - (steady - self.steady)
        self.wall, self.steady = wall, steady
        return ahead if ahead > _SLEPT else 0.0
