"""Builds checkov's graph of a definition in linear time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checkov.terraform.graph_builder.local_graph import TerraformLocalGraph
from checkov.terraform.graph_manager import TerraformGraphManager


class _Graph(TerraformLocalGraph):  # type: ignore[misc]
    """Looks a name up once.

    For a name without a block, checkov 3.3.30 searches all names for one with an index: minutes for 10,000 references.
    The names of ``FlatNames`` have no index.
    """

    def _get_possible_vertices(self, module_dependency_by_name_key: Any, block_type: str, name: str) -> list[int]:
        by_type = self.vertices_by_module_dependency_by_name.get(module_dependency_by_name_key, {})
        found: list[int] = by_type.get(block_type, {}).get(name, [])
        return found


def graph_of(manager: TerraformGraphManager, definitions: Mapping[str, Any]) -> TerraformLocalGraph:
    """Return the graph of ``definitions``, without rendered variables: the gate has evaluated them."""
    module, _ = manager.parser.parse_hcl_module_from_tf_definitions(dict(definitions), "", manager.source)
    graph = _Graph(module)
    graph.build_graph(render_variables=False)
    return graph
