"""Turns a laid-out graph into shapes with numbers, which the SVG template draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from report.picture.graph import TIERS, graph_of, is_to_the_left, placed
from report.picture.layout import laid_out
from report.view.component import Component, Flow, Landscape, Subnet, Tier

PADDING, HEADER = 20, 62
MOST_COMPONENTS = 60


@dataclass(frozen=True, kw_only=True)
class Box:
    """A component with its place in pixels."""

    number: int
    component: Component
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Column:
    """The frame of a tier with its subnets."""

    tier: Tier
    x: float
    width: float
    subnets: tuple[Subnet, ...]
    is_in_vpc: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """A flow as SVG path; the arrow is at its last point."""

    flow: Flow
    source: int
    destination: int
    path: str


@dataclass(frozen=True, kw_only=True)
class PortLabel:
    """A port number next to its component."""

    text: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything that the SVG shows."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    labels: tuple[PortLabel, ...]

    @property
    def vpc(self) -> tuple[float, float]:
        """Left edge and width of the frame of the VPC; zeros without a VPC."""
        inside = [column for column in self.columns if column.is_in_vpc]
        if not inside:
            return 0, 0
        left = min(column.x for column in inside)
        return left - 10, max(column.x + column.width for column in inside) - left + 20


def picture_of(landscape: Landscape) -> Picture | None:
    """The picture; None when there are more components than a picture can show.

    Raises:
        ReportError: the layout engine is missing or failed.
    """
    if not landscape.components or len(landscape.components) > MOST_COMPONENTS:
        return None
    graph = laid_out(graph_of(landscape))
    boxes = tuple(
        Box(
            number=number,
            component=landscape.components[number],
            x=node["x"],
            y=node["y"],
            width=node["width"],
            height=node["height"],
        )
        for number, node in placed(graph)
    )
    height = max(graph["height"], max(len(landscape.zones), 1) * 20 + 120)
    return Picture(
        width=graph["width"],
        height=height,
        boxes=boxes,
        columns=tuple(_columns(boxes, landscape)),
        lines=tuple(_lines(graph, landscape)),
        labels=tuple(_labels(graph)),
    )


def _columns(boxes: tuple[Box, ...], landscape: Landscape) -> list[Column]:
    found = []
    for tier in TIERS:
        inside = [box for box in boxes if box.component.tier is tier]
        if inside:
            left = min(box.x for box in inside) - PADDING
            right = max(box.x + box.width for box in inside) + PADDING
            subnets = tuple(subnet for subnet in landscape.subnets if subnet.tier is tier)
            is_in_vpc = tier not in {Tier.OUTSIDE, Tier.SERVICES}
            found.append(Column(tier=tier, x=left, width=right - left, subnets=subnets, is_in_vpc=is_in_vpc))
    return found


def _lines(graph: dict[str, Any], landscape: Landscape) -> list[Line]:
    numbers = {component.name: index for index, component in enumerate(landscape.components)}
    tiers = {component.name: TIERS.index(component.tier) for component in landscape.components}
    found = []
    for edge in graph["edges"]:
        flow = landscape.flows[int(edge["id"].removeprefix("e"))]
        section = edge["sections"][0]
        points = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
        if is_to_the_left(flow, tiers):
            points.reverse()
        path = "M" + " L".join(f"{point['x']:.0f} {point['y']:.0f}" for point in points)
        found.append(Line(flow=flow, source=numbers[flow.source], destination=numbers[flow.destination], path=path))
    return found


def _labels(graph: dict[str, Any]) -> list[PortLabel]:
    found = []
    for _, node in placed(graph):
        for port in node["ports"]:
            for label in port["labels"]:
                is_west = port["layoutOptions"]["elk.port.side"] == "WEST"
                x = node["x"] + (-12 if is_west else node["width"] + 12)
                text = label["text"].removeprefix("tcp/")
                anchor = "end" if is_west else "start"
                found.append(PortLabel(text=text[:14], x=x, y=node["y"] + port["y"] - 4, anchor=anchor))
    return found
