"""Tables of figures, printed as Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Table:
    """One measurement: a title, columns, rows and notes below."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Add one row."""
        self.rows.append(cells)

    def note(self, sentence: str) -> None:
        """Add a sentence below the table."""
        self.notes.append(sentence)

    def __str__(self) -> str:
        lines = [f"### {self.title}", ""]
        lines.append(f"| {' | '.join(self.columns)} |")
        lines.append(f"| {' | '.join('---' for _ in self.columns)} |")
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        for sentence in self.notes:
            lines += ["", sentence]
        return "\n".join(lines) + "\n"
