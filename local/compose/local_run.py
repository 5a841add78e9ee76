"""Names, files and the port of a local run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRun:
    """The settings that the Compose file is written from.

    Args:
        project: name of the Compose project.
        folder: folder of the run's files, relative to the Compose file.
        data: Docker volume of the database. Compose neither creates nor removes it.
        images: tag of each image by its name (``airflow``, ``postgres``, ``redis``, ``emulator``).
        port: loopback port of the UI.
        dags: absolute path of the folder with DAG files; None where DAG files come from Git.
    """

    project: str
    folder: str
    data: str
    images: Mapping[str, str]
    port: int
    dags: str | None = None

    def env_file(self, service: str) -> str:
        """The file with the secret values of ``service``, relative to the Compose file."""
        return f"./{self.folder}/secrets/{service}.env"
