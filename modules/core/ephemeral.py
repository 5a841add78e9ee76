"""Ephemeral resources: values that exist while Terraform runs and are kept nowhere.

cdktf 0.21 has no class for them, so they are written as overrides of the stack.
"""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import TerraformStack
from constructs import Construct


def random_value(
    scope: Construct, name: str, *, length: int, exclude: str = "", punctuation: bool = False, after: Sequence[str] = ()
) -> str:
    """Reference to a fresh random value of ``length`` characters, made by Secrets Manager's generator.

    Args:
        after: addresses that must exist first; while they do not, planning asks AWS for nothing.
    """
    config: dict[str, object] = {"password_length": length, "exclude_punctuation": not punctuation}
    if exclude:
        config["exclude_characters"] = exclude
    return _ephemeral(scope, "aws_secretsmanager_random_password", name, config, after) + "random_password}"


def parameter_value(scope: Construct, name: str, *, arn: str) -> str:
    """Reference to the decrypted value of the SecureString ``arn``."""
    return _ephemeral(scope, "aws_ssm_parameter", name, {"arn": arn, "with_decryption": True}, ()) + "value}"


def _ephemeral(scope: Construct, kind: str, name: str, config: dict[str, object], after: Sequence[str]) -> str:
    id_ = "_".join([*scope.node.path.split("/")[1:], name]).replace("-", "_")
    if after:
        config["depends_on"] = list(after)
    TerraformStack.of(scope).add_override(f"ephemeral.{kind}.{id_}", config)
    return f"${{ephemeral.{kind}.{id_}."
