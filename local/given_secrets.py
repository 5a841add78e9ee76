"""The secrets that people give, as parameters of the emulator: ``operations secrets`` stores them in AWS."""

from __future__ import annotations

from terraform_harness.emulator import Emulator

from environments.model import Environment
from operations.given_secrets import given

VALUE = "a value that only the emulator has"


def put(emulator: Emulator, environment: Environment) -> list[str]:
    """Store a value for every secret that the environment needs from people, and return the names of the parameters."""
    names = environment.names
    needed = [names.parameter(secret.name) for secret in given(environment) if secret.needed(environment)]
    for name in needed:
        emulator.client("ssm").put_parameter(Name=name, Type="SecureString", Value=VALUE, KeyId=names.secrets_key)
    return needed


def remove(emulator: Emulator, parameters: list[str]) -> None:
    """Delete the parameters that ``put`` stored."""
    for name in parameters:
        emulator.client("ssm").delete_parameter(Name=name)
