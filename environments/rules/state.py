"""The Terraform backend has the keys that it needs, and none of another backend."""

from __future__ import annotations

from collections.abc import Iterator

from environments.arns import arn_region
from environments.errors import Problem
from environments.facts.state import BACKEND_KEYS, REQUIRED_KEYS
from environments.model import Environment
from environments.rules.registry import rule


@rule("state")
def backend_has_its_keys(environment: Environment) -> Iterator[Problem]:
    """The required keys are set, and the keys of other backends are not."""
    state = environment.state
    for key in REQUIRED_KEYS[state.backend]:
        if getattr(state, key) is None:
            yield Problem(f"state.{key}", f"missing: backend {state.backend} requires it")
    foreign = state.model_fields_set - {"backend", *BACKEND_KEYS[state.backend]}
    for key in sorted(foreign):
        owner = next(name for name, keys in BACKEND_KEYS.items() if key in keys)
        yield Problem(f"state.{key}", f"belongs to backend {owner}, not {state.backend}. Fix: remove the key")


@rule("state", "iam")
def ci_roles_need_a_bootstrap_stack(environment: Environment) -> Iterator[Problem]:
    """CI roles belong to the bootstrap stack, which only accounts with states in S3 have."""
    backend = environment.state.backend
    if environment.iam.oidc and backend != "s3":
        yield Problem(
            "iam.oidc",
            f"the bootstrap stack creates the CI roles, and an account with state.backend {backend} has no bootstrap "
            "stack. Fix: use state.backend s3, or remove the key",
        )


@rule("state")
def kms_key_is_in_the_region_of_the_bucket(environment: Environment) -> Iterator[Problem]:
    """S3 encrypts only with KMS keys of the bucket's region."""
    state = environment.state
    if state.kms_key_arn and state.region and arn_region(state.kms_key_arn) != state.region:
        yield Problem(
            "state.kms_key_arn",
            f"must be a key of the bucket's region {state.region}, got region {arn_region(state.kms_key_arn)}: "
            f"{state.kms_key_arn}",
        )
