"""One environment, synthesized and reported once for all tests of the report."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml
from terraform_harness.tools import require

from report.contents import Contents, contents_of
from report.cost.prices import price_list
from report.cost.profile import ASSUMED
from report.source import Source, read_source
from tests.synthesis import deployed_data
from tests.unit.environments.cases import GIT_SSH, SMALLEST, changed

TODAY = datetime.date(2026, 11, 27)
DATA = changed(SMALLEST, {"dags": GIT_SSH})


class Folders:
    """Folders of an environment as ``make synth`` leaves them."""

    def __init__(self, home: Path, stacks: Path) -> None:
        self.environments, self.stacks = home, stacks
        (home / "dev.yaml").write_text(yaml.safe_dump(DATA), encoding="utf-8")

    @property
    def options(self) -> list[str]:
        """Options of the command that select the folders and leave the slow parts out."""
        folders = ["--environments", str(self.environments), "--stacks", str(self.stacks)]
        return [*folders, "--no-gate", "--no-variants"]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    files = deployed_data(DATA).files
    return Folders(tmp_path_factory.mktemp("environments"), next(iter(files.values())).parent.parent)


@pytest.fixture(scope="session")
def source(folders: Folders) -> Source:
    return read_source("dev", environments=folders.environments, stacks=folders.stacks)


@pytest.fixture(scope="session")
def contents(source: Source) -> Contents:
    require("node")
    return contents_of(
        source,
        prices=price_list("eu-central-1"),
        profile=ASSUMED,
        today=TODAY,
        with_gate=False,
        with_variants=False,
    )
