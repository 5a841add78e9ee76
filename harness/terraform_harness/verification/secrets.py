"""Consequences for secrets and keys."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_harness.verification.check import Check, Resource, World, check, consequence

AWS_OWNED = "alias/aws/ssm"


@consequence("aws_ssm_parameter")
def parameter_decrypts_with_our_key(resource: Resource, world: World) -> Iterator[Check]:
    values = resource.values
    if values["type"] != "SecureString":
        return
    ssm = world.client("ssm")
    value = ssm.get_parameter(Name=values["name"], WithDecryption=True)["Parameter"]["Value"]
    yield check(resource.address, "decrypts to a value", len(value) >= 16, f"only {len(value)} characters")
    filters = [{"Key": "Name", "Option": "Equals", "Values": [values["name"]]}]
    key = ssm.describe_parameters(ParameterFilters=filters)["Parameters"][0].get("KeyId", AWS_OWNED)
    yield check(resource.address, "uses a customer-managed key", key != AWS_OWNED, f"uses {key}")


@consequence("aws_ssm_parameter")
def state_holds_no_value(resource: Resource, _world: World) -> Iterator[Check]:
    kept = resource.values.get("value") or resource.values.get("insecure_value")
    if resource.values["type"] == "SecureString":
        yield check(resource.address, "its value is not in the state", not kept, "Terraform keeps the value")


@consequence("aws_kms_key")
def key_rotates(resource: Resource, world: World) -> Iterator[Check]:
    status = world.client("kms").get_key_rotation_status(KeyId=resource.values["key_id"])
    yield check(resource.address, "key rotates", status["KeyRotationEnabled"], "rotation is off")
