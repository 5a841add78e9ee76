"""The layout of the picture."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from report.contents import Contents
from report.errors import ReportError
from report.picture import layout
from report.picture.drawing import Picture


@pytest.fixture
def picture(contents: Contents) -> Picture:
    assert contents.picture is not None
    return contents.picture


@pytest.mark.feature("O4")
def test_no_boxes_and_no_columns_overlap(picture: Picture) -> None:
    for box, other in combinations(picture.boxes, 2):
        apart = box.x + box.width <= other.x or other.x + other.width <= box.x
        assert apart or box.y + box.height <= other.y or other.y + other.height <= box.y
    for left, right in combinations(picture.columns, 2):
        assert left.x + left.width <= right.x


@pytest.mark.feature("O4")
def test_columns_are_ordered_from_outside_to_data_and_contain_their_boxes(picture: Picture) -> None:
    names = [column.tier.name for column in picture.columns]
    assert names == ["OUTSIDE", "PUBLIC", "APPLICATION", "DATA", "SERVICES"]
    for column in picture.columns:
        for box in picture.boxes:
            if box.component.tier is column.tier:
                assert column.x < box.x < box.x + box.width < column.x + column.width
                assert box.y > 60 + 13 * len(column.subnets)


@pytest.mark.feature("O4")
def test_every_flow_is_a_line_that_ends_at_its_destination(picture: Picture) -> None:
    boxes = {box.number: box for box in picture.boxes}
    for line in picture.lines:
        x, y = map(float, line.path.rpartition("L")[2].split())
        box = boxes[line.destination]
        assert min(abs(x - box.x), abs(x - box.x - box.width)) < 3
        assert box.y - 2 <= y <= box.y + box.height + 2


@pytest.mark.feature("O4")
def test_missing_layout_engine_names_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "FOLDER", tmp_path)
    with pytest.raises(ReportError, match=r"elkjs is missing. Fix: npm ci --prefix report/picture"):
        layout.laid_out({})
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ReportError, match=r"node is missing; .* Fix: install Node.js 20"):
        layout.laid_out({})
