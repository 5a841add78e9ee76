"""One labelled example of a corpus: a resource, or a whole folder, that a check passes or fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


class CorpusError(Exception):
    """A folder is not a corpus, or a file of it has an unexpected shape; the message has a ``Fix:``."""


@dataclass(frozen=True)
class Source:
    """The Terraform of one or more cases: a folder of the corpus, or text from one of its files.

    Attributes:
        name: Unique name in the corpus; the name of the folder that the tools read.
        folder: Folder to copy.
        files: Files to write or to copy, by name, where no folder is copied.
    """

    name: str
    folder: Path | None = None
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Case:
    """A label.

    Attributes:
        corpus: Name of the corpus.
        source: The Terraform that it is about.
        check: Id of the corpus's own check, a key of the mapping file.
        address: The resource; empty for the whole folder.
        is_bad: Whether the corpus expects a finding.
    """

    corpus: str
    source: Source
    check: str
    address: str
    is_bad: bool

    @property
    def key(self) -> str:
        """The name in the adjudication file: ``corpus/source check address label``, without an empty address."""
        label = "bad" if self.is_bad else "good"
        return " ".join(part for part in (f"{self.corpus}/{self.source.name}", self.check, self.address, label) if part)


@dataclass(frozen=True)
class Corpus:
    """How to recognize and to read a corpus.

    Attributes:
        name: Name in the table.
        marker: A path that only this corpus has.
        read: Yields the cases of a folder.
    """

    name: str
    marker: str
    read: Callable[[Path], Iterator[Case]]
