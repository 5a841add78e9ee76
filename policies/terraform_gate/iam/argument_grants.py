"""Arguments that grant access to other accounts, of resources without a policy document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.reading.expression import is_known
from terraform_gate.terraform_resource import Resource, blocks, items

_ACCOUNT = re.compile(r"(?:arn:aws[\w-]*:iam::)?(\d{12})(?::.*)?")
_EVERYBODY = re.compile(r"http://acs\.amazonaws\.com/groups/global/(AllUsers|AuthenticatedUsers)")
_PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})
Grants = Callable[[Resource, Configuration], Iterator[str]]


def _function(resource: Resource, _: Configuration) -> Iterator[str]:
    if any(resource.get(name) for name in ("source_account", "principal_org_id")):
        return
    principal, source = str(resource.get("principal") or ""), str(resource.get("source_arn") or "")
    if principal == "*":
        yield "every AWS account may call the function"
    elif principal.endswith(".amazonaws.com") and not _names_account_or_resource(source):
        yield f"{principal} may call the function for every account: no source_account, and source_arn names no account"


def _names_account_or_resource(arn: str) -> bool:
    parts = arn.split(":", 5)
    if not arn.startswith("arn:"):
        return bool(arn) and not is_known(arn)
    return len(parts) == 6 and "*" not in parts[4] and "?" not in parts[4] and parts[5][:1] != "*"


def _function_url(resource: Resource, _: Configuration) -> Iterator[str]:
    if resource.get("authorization_type") == "NONE":
        yield "the URL of the function needs no authorization"


def _event_bus(resource: Resource, _: Configuration) -> Iterator[str]:
    if resource.get("principal") == "*" and not resource.blocks("condition"):
        yield "every AWS account may send events"


def _share(resource: Resource, _: Configuration) -> Iterator[str]:
    # The provider's default is false.
    if resource.get("allow_external_principals") not in (None, False):
        yield "accounts outside of the organization can be invited: allow_external_principals is not false"


def _layer(resource: Resource, _: Configuration) -> Iterator[str]:
    if resource.get("principal") == "*" and not resource.get("organization_id"):
        yield "every AWS account may use the layer"


def _named(*path: str, every: str, does: str) -> Grants:
    """Check an argument whose value ``every`` means every account."""

    def check(resource: Resource, _: Configuration) -> Iterator[str]:
        if any(str(value).lower() == every for value in items(resource.get(*path))):
            yield f"every AWS account {does}"

    return check


def _acl(resource: Resource, configuration: Configuration) -> Iterator[str]:
    """Canned ACLs and grants; an access block of the bucket that ignores public ACLs makes them ineffective."""
    acl = str(resource.get("acl") or "")
    policy = resource.get("access_control_policy") or {}
    grants = [*resource.blocks("grant"), *(grant for part in items(policy) for grant in blocks(part, "grant"))]
    uris = [str(block.get("uri") or "") for grant in grants for block in (grant, *blocks(grant, "grantee"))]
    groups = [found[1] for uri in uris if (found := _EVERYBODY.match(uri))]
    public = [acl] if acl in _PUBLIC_ACLS else groups
    if public and not _ignores_acls(resource, configuration):
        yield f"the ACL grants access to everybody: {public[0]}"


def _ignores_acls(resource: Resource, configuration: Configuration) -> bool:
    bucket = resource if resource.type == "aws_s3_bucket" else configuration.find(resource.get("bucket"))
    name = str(resource.get("bucket"))
    return any(
        block.get("ignore_public_acls") in (True, "true")
        and ((bucket is not None and configuration.find(block.get("bucket")) is bucket) or block.get("bucket") == name)
        for block in configuration.of_type("aws_s3_bucket_public_access_block")
    )


_SNAPSHOT = _named("shared_accounts", every="all", does="may copy the snapshot")
CHECKS: Mapping[str, Grants] = {
    "aws_lambda_permission": _function,
    "aws_lambda_function_url": _function_url,
    "aws_lambda_layer_version_permission": _layer,
    "aws_cloudwatch_event_permission": _event_bus,
    "aws_ram_resource_share": _share,
    "aws_ram_principal_association": _named("principal", every="*", does="may use the shared resources"),
    "aws_ami_launch_permission": _named("group", every="all", does="may launch the image"),
    "aws_kms_grant": _named("grantee_principal", every="*", does="gets the grant"),
    "aws_snapshot_create_volume_permission": _named("account_id", every="all", does="may use the snapshot"),
    "aws_db_snapshot": _SNAPSHOT,
    "aws_db_snapshot_copy": _SNAPSHOT,
    "aws_db_cluster_snapshot": _SNAPSHOT,
    "aws_rds_cluster_snapshot_copy": _SNAPSHOT,
    "aws_ssm_document": _named("permissions", "account_ids", every="all", does="may use the document"),
    "aws_vpc_endpoint_service": _named("allowed_principals", every="*", does="may connect to the endpoint service"),
    "aws_vpc_endpoint_service_allowed_principal": _named(
        "principal_arn", every="*", does="may connect to the endpoint service"
    ),
    "aws_s3_bucket": _acl,
    "aws_s3_bucket_acl": _acl,
    "aws_s3_object": _acl,
    "aws_s3_bucket_object": _acl,
    "aws_s3_object_copy": _acl,
    "aws_s3_bucket_replication_configuration": lambda _resource, _configuration: iter(()),
}
"""Resource type -> what grants access to every account."""
_PRINCIPALS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "aws_lambda_permission": (("principal",),),
    "aws_lambda_layer_version_permission": (("principal",),),
    "aws_cloudwatch_event_permission": (("principal",),),
    "aws_ram_principal_association": (("principal",),),
    "aws_ami_launch_permission": (("account_id",),),
    "aws_kms_grant": (("grantee_principal",), ("retiring_principal",)),
    "aws_snapshot_create_volume_permission": (("account_id",),),
    "aws_db_snapshot": (("shared_accounts",),),
    "aws_db_snapshot_copy": (("shared_accounts",),),
    "aws_db_cluster_snapshot": (("shared_accounts",),),
    "aws_rds_cluster_snapshot_copy": (("shared_accounts",),),
    "aws_ssm_document": (("permissions", "account_ids"),),
    "aws_vpc_endpoint_service": (("allowed_principals",),),
    "aws_vpc_endpoint_service_allowed_principal": (("principal_arn",),),
}
"""Resource type -> arguments that name an account."""


def named_principals(resource: Resource) -> Iterator[str]:
    """Yield the principals and accounts that the arguments of a resource name, as they are written."""
    for path in _PRINCIPALS.get(resource.type, ()):
        for listed in items(resource.get(*path)):
            yield from (value.strip() for value in str(listed).split(",") if value.strip())
    if resource.type == "aws_s3_bucket_replication_configuration":
        targets = (target for rule in resource.blocks("rule") for target in blocks(rule, "destination"))
        yield from (str(target["account"]) for target in targets if target.get("account"))


def action_of(resource: Resource) -> str:
    """Return what a principal may do, and the source that limits a service."""
    operations = ", ".join(str(item) for item in resource.values("operations"))
    limits = (resource.get(name) for name in ("source_arn", "source_account", "principal_org_id", "organization_id"))
    source = ", ".join(str(limit) for limit in limits if limit)
    return f"{resource.get('action') or operations or f'the access of {resource.type}'}{source and f' from {source}'}"


def foreign_accounts(resource: Resource, accounts: frozenset[str]) -> Iterator[str]:
    """Yield the accounts that arguments name and the stack does not; none when the stack states no account."""
    for value in named_principals(resource) if accounts else ():
        found = _ACCOUNT.fullmatch(value)
        if found and found[1] not in accounts:
            yield found[1]
