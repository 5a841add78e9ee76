"""Text that Terraform, a terminal or git would interpret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from environments.errors import Problem, is_unprintable, shown
from environments.fields import Section
from environments.model import Environment
from environments.rules.registry import rule
from environments.secret_text import is_secret

TEMPLATE_MARKERS = ("${", "%{")
"""Terraform evaluates what follows: https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping"""
ESCAPED = "airflow.config."
"""Values in which the stacks escape template markers, because Airflow expands ``${NAME}`` there."""
SEVERAL_LINES = ("airflow.config.", "waivers[")
"""Values that may have line breaks and tabs."""


@rule()
def texts_are_plain(environment: Environment) -> Iterator[Problem]:
    """No text contains a secret, a template marker of Terraform or an invisible character."""
    for path, text in _texts("", {name: vars(environment).get(name) for name in Environment.model_fields}):
        if not path.startswith(ESCAPED) and is_secret("", text):
            yield Problem(path, "looks like a secret. Fix: remove it; secrets belong in Parameter Store")
        marker = next((marker for marker in TEMPLATE_MARKERS if marker in text), None)
        if marker and not path.startswith(ESCAPED):
            yield Problem(
                path,
                f"must not contain {marker!r}, which Terraform would evaluate, got {shown(text)}. Fix: remove {marker}",
            )
        allowed = "\n\t" if path.startswith(SEVERAL_LINES) else ""
        hidden = next((char for char in text if is_unprintable(char) and char not in allowed), None)
        if hidden:
            yield Problem(
                path, f"must not contain the invisible character U+{ord(hidden):04X}, got {shown(text)}. Fix: remove it"
            )


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text in ``value`` with its path; a name in a mapping is a text too."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Section):
        yield from _texts(path, vars(value))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            inner = f"{path}.{name}".lstrip(".")
            if not isinstance(item, str) or path:
                yield inner, name
            yield from _texts(inner, item)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts(f"{path}[{index}]", item)
