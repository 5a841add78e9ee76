"""Terraform states: the keys of each backend, and where the state of a stack is."""

from __future__ import annotations

S3_PREFIX = "airflow-fargate"
"""All states in a bucket have keys below this prefix."""

BACKEND_KEYS = {
    "s3": ("bucket", "region", "role_arn", "kms_key_arn"),
    "cloud": ("organization", "hostname", "project"),
    "local": ("path",),
}
"""Keys of the section ``state`` that belong to each backend."""

REQUIRED_KEYS = {"s3": ("bucket",), "cloud": ("organization",), "local": ("path",)}


def state_file(stack: str) -> str:
    """File name of the state of ``stack``."""
    return f"{stack}.tfstate"


def s3_state_key(stack: str) -> str:
    """Key of the state of ``stack`` in its bucket.

    >>> s3_state_key("dev-airflow")
    'airflow-fargate/dev-airflow.tfstate'
    """
    return f"{S3_PREFIX}/{state_file(stack)}"
