"""Where a local run lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Names, files and the port of a local run. Paths are relative to the Compose file; ``dags`` is absolute.

    ``images``: tag of each image. ``data``: the volume of the database, which Compose neither makes nor removes.
    """

    project: str
    folder: str
    data: str
    images: Mapping[str, str]
    port: int
    dags: str | None = None

    def env_file(self, service: str) -> str:
        """The file with the values of a service's secrets, relative to the Compose file."""
        return f"./{self.folder}/secrets/{service}.env"
