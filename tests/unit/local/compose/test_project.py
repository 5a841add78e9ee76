"""Projects of two checkouts have different names."""

from __future__ import annotations

from pathlib import Path

from local.compose.project import Project


def test_two_checkouts_have_different_project_names() -> None:
    first, second = (Project(environment="dev", home=Path(name)) for name in ("/a/.build", "/b/.build"))
    assert first.name != second.name
    assert first.name == Project(environment="dev", home=Path("/a/.build")).name
