"""Checks of SSM parameters and KMS keys."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_harness.verification.check import Check, Deployment, Resource, check, verifier

AWS_OWNED = "alias/aws/ssm"


@verifier("aws_ssm_parameter")
def parameter_decrypts_with_a_customer_managed_key(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the parameter decrypts with a customer managed key."""
    values = resource.values
    if values["type"] != "SecureString":
        return
    ssm = deployment.client("ssm")
    value = ssm.get_parameter(Name=values["name"], WithDecryption=True)["Parameter"]["Value"]
    yield check(resource.address, "decrypts to a value", len(value) >= 16, f"only {len(value)} characters")
    filters = [{"Key": "Name", "Option": "Equals", "Values": [values["name"]]}]
    key = ssm.describe_parameters(ParameterFilters=filters)["Parameters"][0].get("KeyId", AWS_OWNED)
    yield check(resource.address, "uses a customer-managed key", key != AWS_OWNED, f"uses {key}")


@verifier("aws_ssm_parameter")
def state_holds_no_secret_value(resource: Resource, _deployment: Deployment) -> Iterator[Check]:
    """Check that state holds no secret value."""
    stored = resource.values.get("value") or resource.values.get("insecure_value")
    if resource.values["type"] == "SecureString":
        yield check(resource.address, "value is not in the state", not stored, "the state holds the value")


@verifier("aws_kms_key")
def key_rotates(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the key rotates."""
    status = deployment.client("kms").get_key_rotation_status(KeyId=resource.values["key_id"])
    yield check(resource.address, "key rotates", status["KeyRotationEnabled"], "rotation is off")
