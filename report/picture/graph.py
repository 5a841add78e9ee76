"""The graph of a landscape in the JSON format of ELK (https://eclipse.dev/elk/documentation/tooldevelopers).

Each tier is a partition, so that the tiers become columns from left to right. A flow to the left is laid out from its
destination to its source and drawn the other way round. Flows to the same port of a component share one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from report.view.component import Component, Flow, Landscape, Tier

WIDTH, HEIGHT = 214, 58
TIERS = list(Tier)
OPTIONS = {
    "elk.algorithm": "layered",
    "elk.direction": "RIGHT",
    "elk.partitioning.activate": "true",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.spacing.nodeNode": "24",
    "elk.spacing.edgeNode": "18",
    "elk.spacing.edgeEdge": "11",
    "elk.layered.spacing.nodeNodeBetweenLayers": "60",
    "elk.layered.spacing.edgeNodeBetweenLayers": "22",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.nodePlacement.favorStraightEdges": "true",
    "elk.layered.thoroughness": "20",
    "elk.randomSeed": "1",
    "elk.padding": "[top=96,left=34,bottom=40,right=34]",
}


def graph_of(landscape: Landscape) -> dict[str, Any]:
    """The graph; ids are ``n<number>`` for components and ``e<number>`` for flows."""
    numbers = {component.name: index for index, component in enumerate(landscape.components)}
    tiers = {component.name: TIERS.index(component.tier) for component in landscape.components}
    ports: dict[int, dict[str, dict[str, Any]]] = {index: {} for index in numbers.values()}
    edges = []
    for index, flow in enumerate(landscape.flows):
        left, right = is_to_the_left(flow, tiers), numbers[flow.destination]
        target = _port(ports[right], f"n{right}-in-{flow.port}", "EAST" if left else "WEST", flow.port)
        source = _port(ports[numbers[flow.source]], f"n{numbers[flow.source]}-out-{index}", "WEST" if left else "EAST")
        start, end = (target, source) if left else (source, target)
        edges.append({"id": f"e{index}", "sources": [start], "targets": [end]})
    children = [_node(item, numbers[item.name], ports) for item in landscape.components]
    return {"id": "root", "layoutOptions": OPTIONS, "children": children, "edges": edges}


def is_to_the_left(flow: Flow, tiers: dict[str, int]) -> bool:
    """Whether a flow leads from a column to one on its left."""
    return tiers[flow.source] > tiers[flow.destination]


def _node(component: Component, number: int, ports: dict[int, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    sides = [port["layoutOptions"]["elk.port.side"] for port in ports[number].values()]
    rows = max(sides.count("EAST"), sides.count("WEST"))
    return {
        "id": f"n{number}",
        "width": WIDTH,
        "height": max(HEIGHT, 12 * rows + 14),
        "ports": list(ports[number].values()),
        "layoutOptions": {
            "elk.partitioning.partition": str(TIERS.index(component.tier)),
            "elk.portConstraints": "FIXED_SIDE",
            "elk.nodeSize.constraints": "",
        },
    }


def _port(ports: dict[str, dict[str, Any]], key: str, side: str, label: str = "") -> str:
    name = f"{key}-{side}"
    if name not in ports:
        ports[name] = {
            "id": name,
            "width": 1,
            "height": 1,
            "layoutOptions": {"elk.port.side": side},
            "labels": [{"text": label}] if label else [],
        }
    return name


def placed(graph: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The nodes of a laid-out graph with the number of their component."""
    for node in graph["children"]:
        yield int(node["id"].removeprefix("n")), node
