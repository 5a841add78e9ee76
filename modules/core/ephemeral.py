"""Ephemeral resources: values that exist while Terraform runs and are stored neither in the plan nor in the state.

cdktf 0.21 has no class for ephemeral resources: they are written as overrides of the stack.
"""

from __future__ import annotations

from cdktf import Fn, TerraformStack
from constructs import Construct


def random_value(
    scope: Construct, name: str, *, length: int, deferred_until: str, exclude: str = "", punctuation: bool = False
) -> str:
    """Return a reference to a new random value from the generator of Secrets Manager.

    Args:
        scope: construct that uses the value.
        name: name of the ephemeral resource below ``scope``.
        length: number of characters.
        deferred_until: a reference that is unknown before the first apply. Terraform opens an ephemeral resource while
            planning unless an argument is unknown (``depends_on`` does not defer it), and a first plan is offline.
        exclude: characters that must not occur.
        punctuation: allow punctuation characters.
    """
    config = {
        "password_length": length,
        "exclude_punctuation": not punctuation,
        "exclude_characters": f"{Fn.substr(deferred_until, 0, 0)}{exclude}",
    }
    return _ephemeral(scope, "aws_secretsmanager_random_password", name, config) + "random_password}"


def parameter_value(scope: Construct, name: str, *, arn: str) -> str:
    """Return a reference to the decrypted value of the SecureString ``arn``."""
    return _ephemeral(scope, "aws_ssm_parameter", name, {"arn": arn, "with_decryption": True}) + "value}"


def _ephemeral(scope: Construct, kind: str, name: str, config: dict[str, object]) -> str:
    id_ = "_".join([*scope.node.path.split("/")[1:], name]).replace("-", "_")
    TerraformStack.of(scope).add_override(f"ephemeral.{kind}.{id_}", config)
    return f"${{ephemeral.{kind}.{id_}."
