"""Shows the progress of a Terraform run: a bar on a terminal, a line every 20 seconds elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from terraform_harness.extras import imports_of_extra
from terraform_harness.terraform.diagnostics import Message

with imports_of_extra("emulator"):
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

LINE_SECONDS = 20.0


@dataclass(slots=True)
class RunProgress:
    """Counts the resources that are done, and knows the resources that Terraform waits for.

    Pass Terraform's messages to ``update``.
    """

    title: str
    console: Console
    progress: Progress | None = None
    total: int = 0
    done: int = 0
    waiting: dict[str, float] = field(default_factory=dict)
    _printed: float = field(default_factory=time.monotonic)
    _bar: int | None = None

    def expect(self, total: int) -> None:
        """Set the number of planned changes."""
        self.total = total
        if self.progress:
            self._bar = self.progress.add_task(self.title, total=total, note="")

    def update(self, message: Message) -> None:
        """Count a message of Terraform."""
        if message.kind == "apply_start":
            self.waiting[message.address] = time.monotonic()
        elif message.kind in ("apply_complete", "apply_errored"):
            self.waiting.pop(message.address, None)
            self.done += message.kind == "apply_complete"
        self._show()

    @property
    def note(self) -> str:
        """The resource that Terraform has waited for the longest, if that is more than 3 seconds."""
        if not self.waiting:
            return ""
        address, since = min(self.waiting.items(), key=lambda pair: pair[1])
        seconds = time.monotonic() - since
        return f"waiting for {address} ({seconds:.0f} s)" if seconds > 3 else ""

    def _show(self) -> None:
        if self.progress and self._bar is not None:
            self.progress.update(self._bar, completed=self.done, note=self.note)  # type: ignore[arg-type]
        elif time.monotonic() - self._printed > LINE_SECONDS:
            self._printed = time.monotonic()
            self.console.print(f"  {self.title}: {self.done} of {self.total} done; {self.note}", soft_wrap=True)


@contextmanager
def show_progress(title: str, *, console: Console) -> Iterator[RunProgress]:
    """Give a :class:`RunProgress` that draws a bar when ``console`` is a terminal."""
    if not console.is_terminal:
        yield RunProgress(title=title, console=console)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    tail = (TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, *tail, console=console, transient=True) as progress:
        yield RunProgress(title=title, console=console, progress=progress)
