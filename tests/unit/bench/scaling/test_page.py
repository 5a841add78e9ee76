"""The page about scaling: its pictures show what its tables say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.repository import ROOT

DOCS = ROOT / "docs"
ROW = re.compile(r"^\| (?P<policy>[^|]+) \| \d+ \| (?P<wait>\d+) ± \d+ \| \d+ \| (?P<hours>[\d.]+) ±", re.MULTILINE)
POINT = re.compile(r'<desc class="value">([^<:]*): ([^<]*)</desc>')


def _sections() -> dict[str, str]:
    parts = re.split(r"^### ", (DOCS / "scaling.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0]: part for part in parts}


def _points(picture: Path) -> set[tuple[float, float]]:
    return {(float(wait), float(hours)) for wait, hours in POINT.findall(picture.read_text(encoding="utf-8"))}


@pytest.mark.feature("A5")
def test_picture_of_each_workload_holds_the_points_of_its_table() -> None:
    for workload, section in _sections().items():
        points = _points(DOCS / "pictures/scaling" / f"{workload.lower().replace(' ', '-')}.svg")
        rows = [(max(1.0, float(row["wait"])), float(row["hours"])) for row in ROW.finditer(section)]
        assert rows, workload
        assert set(rows) <= points, (workload, set(rows) - points)


def test_every_picture_belongs_to_a_workload_of_the_page() -> None:
    pictures = {picture.stem for picture in (DOCS / "pictures/scaling").glob("*.svg")}
    assert pictures == {workload.lower().replace(" ", "-") for workload in _sections()}
