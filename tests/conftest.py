"""What every tier shares: the tier's marker, its time, and the fixtures of the harness."""

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
