"""What every tier shares: the tier's marker, its time, and the fixtures of the harness."""

from typing import Any

import pytest

import modules  # noqa: F401  prepares Node before a test imports cdktf by itself
from local.repository import register_tools

pytest_plugins = ("terraform_harness.tiers", "terraform_harness.pytest_plugin")
register_tools()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--feature", help="run only the tests of this row of docs/features.md, for instance T5")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(*rows): shows these rows of docs/features.md")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    row = config.getoption("feature")
    if row:
        other = [item for item in items if not any(row in mark.args for mark in item.iter_markers("feature"))]
        config.hook.pytest_deselected(items=other)
        items[:] = [item for item in items if item not in other]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Under ``--dist loadgroup``, the tests of one file run in one process, because they share fixtures."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    class FilesAndGroups(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            group: str = super()._split_scope(nodeid)
            return nodeid.partition("::")[0] if group == nodeid else group

    config.option.loadscopereorder = False  # long tests come first, not the files with most tests
    return FilesAndGroups(config, log)
