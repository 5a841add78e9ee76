"""Evaluates ``[for item in source : ...]`` and ``{for key, value in source : ...}``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, Self

from tree_sitter import Node

from terraform_gate.reading.expression import is_known
from terraform_gate.reading.hcl_steps import known
from terraform_gate.reading.hcl_syntax import written
from terraform_gate.reading.values import UnknownError, boolean_of, text_of


class Evaluator(Protocol):
    """Evaluates the expressions in a ``for`` expression."""

    def expression(self, node: Node) -> Any:
        """Return the value of an expression."""
        ...

    def inner(self, node: Node) -> Any:
        """Return the value of the expression in the source or the condition."""
        ...

    def kept(self, node: Node) -> Any:
        """Return the value of an element; an unknown one stays an expression."""
        ...

    def iterations(self, names: Sequence[str], source: Any) -> Iterator[Self]:
        """Yield an evaluator for each item of a collection, with the names of its key and value."""
        ...


def for_value(node: Node, evaluator: Evaluator) -> Any:
    """Return the list or the map that a ``for`` expression makes.

    Raises:
        UnknownError: The collection, a condition or a key is not known.
    """
    parts = {child.type: child for child in node.named_children}
    names = [written(child) for child in parts["for_intro"].named_children if child.type == "identifier"]
    source = evaluator.inner(parts["for_intro"])
    results = [child for child in node.named_children if child.type == "expression"]
    done: Any = [] if node.type == "for_tuple_expr" else {}
    for within in evaluator.iterations(names, source):
        if "for_cond" in parts and not boolean_of(known(within.inner(parts["for_cond"]))):
            continue
        made = [*map(within.expression, results[:-1]), within.kept(results[-1])]
        _collect(done, made, grouped="ellipsis" in parts)
    return done


def _collect(done: Any, made: Sequence[Any], *, grouped: bool) -> None:
    if isinstance(done, list):
        done.append(made[0])
        return
    if not is_known(made[0]):
        raise UnknownError
    key = text_of(made[0])
    if grouped:
        done.setdefault(key, []).append(made[1])
    else:
        done[key] = made[1]
