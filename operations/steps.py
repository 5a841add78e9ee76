"""The steps of one command: which are complete and which remain when the command stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Steps:
    """Records the progress of a command, so that an error message can say what is done and what is left.

    Example:
        >>> steps = Steps()
        >>> steps.plan("foundation", "secrets")
        >>> with steps.run("foundation"):
        ...     pass
        >>> steps.report()
        'Done: foundation. Not done: secrets.'
    """

    complete: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)

    def plan(self, *names: str) -> None:
        """Announce the steps of a command in their order."""
        self.complete, self.remaining = [], list(names)

    def add(self, name: str) -> None:
        """Announce a further step at the end, which an earlier step found necessary."""
        self.remaining.append(name)

    @contextmanager
    def run(self, name: str) -> Iterator[None]:
        """Run the step ``name``; it stays among the remaining steps when its body raises."""
        yield
        self.remaining.remove(name)
        self.complete.append(name)

    def report(self) -> str:
        """One line with the complete and the remaining steps; empty when no step was announced."""
        lists = (("Done", self.complete), ("Not done", self.remaining))
        return (
            " ".join(f"{title}: {', '.join(names) or 'nothing'}." for title, names in lists)
            if any(names for _, names in lists)
            else ""
        )
