"""The Terraform stacks: their layers, names and order."""

from __future__ import annotations

FOUNDATION = "foundation"
AIRFLOW = "airflow"
LAYERS = (FOUNDATION, AIRFLOW)
"""Layers of an environment in the order of apply; destroy takes the reverse order."""


def stack_name(environment: str, layer: str) -> str:
    """Name of the stack of ``layer`` of an environment.

    >>> stack_name("dev", FOUNDATION)
    'dev-foundation'
    """
    return f"{environment}-{layer}"


def stack_names(environment: str) -> tuple[str, ...]:
    """Names of the stacks of an environment, in the order of apply."""
    return tuple(stack_name(environment, layer) for layer in LAYERS)


def bootstrap_stack(account_id: str) -> str:
    """Name of the stack that makes the state bucket of an account, before any other stack."""
    return f"bootstrap-{account_id}"
