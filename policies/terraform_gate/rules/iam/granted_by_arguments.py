"""AF_ACCESS_3: no argument grants access to other accounts, where the resource has no policy document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.terraform_resource import Resource

_INVOKE = {"function_name": "job", "action": "lambda:InvokeFunction"}
_RULE = f"arn:aws:events:eu-central-1:{ACCOUNT}:rule/nightly"


def _permission(**arguments: str) -> Resources:
    return {"aws_lambda_permission": {"job": {**_INVOKE, **arguments}}}


def _function(resource: Resource) -> Iterator[str]:
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


def _function_url(resource: Resource) -> Iterator[str]:
    if resource.get("authorization_type") == "NONE":
        yield "the URL of the function needs no authorization"


def _event_bus(resource: Resource) -> Iterator[str]:
    if resource.get("principal") == "*" and not resource.blocks("condition"):
        yield "every AWS account may send events"


def _share(resource: Resource) -> Iterator[str]:
    # The provider's default is false.
    if resource.get("allow_external_principals") not in (None, False):
        yield "accounts outside of the organization can be invited: allow_external_principals is not false"


def _image(resource: Resource) -> Iterator[str]:
    if resource.get("group") == "all":
        yield "every AWS account may launch the image"


def _layer(resource: Resource) -> Iterator[str]:
    if resource.get("principal") == "*" and not resource.get("organization_id"):
        yield "every AWS account may use the layer"


def _key_grant(resource: Resource) -> Iterator[str]:
    if resource.get("grantee_principal") == "*":
        yield "every principal gets the grant"


_CHECKS: Mapping[str, Callable[[Resource], Iterator[str]]] = {
    "aws_lambda_permission": _function,
    "aws_lambda_function_url": _function_url,
    "aws_lambda_layer_version_permission": _layer,
    "aws_cloudwatch_event_permission": _event_bus,
    "aws_ram_resource_share": _share,
    "aws_ami_launch_permission": _image,
    "aws_kms_grant": _key_grant,
}


class GrantedByArguments(Rule):
    """Lambda permissions and URLs, event buses, RAM shares, images, layers and KMS grants for other accounts."""

    id = "AF_ACCESS_3"
    title = "No argument grants access to every account"
    severity = Severity.HIGH
    why = (
        "These resources have no policy document: an argument names the principal. A service acts for every customer, "
        "so a permission for a service without an account lets other accounts use it."
    )
    remediation = (
        "Name the account: source_account, principal_org_id, a source_arn with the account, or IAM authorization."
    )
    references = ("CKV_AWS_258", "CKV_AWS_301", "CKV_AWS_364", "Prowler awslambda_function_not_publicly_accessible")
    resource_types = tuple(_CHECKS)
    passing = (
        Example(
            title="a rule of one account",
            resources=_permission(principal="events.amazonaws.com", source_arn=_RULE),
        ),
        Example(
            title="a bucket of one account",
            resources=_permission(principal="s3.amazonaws.com", source_account=ACCOUNT, source_arn="arn:aws:s3:::logs"),
        ),
        Example(title="one account", resources=_permission(principal=ACCOUNT)),
        Example(
            title="a share within the organization",
            resources={"aws_ram_resource_share": {"net": {"name": "net", "allow_external_principals": False}}},
        ),
    )
    failing = (
        Example(title="every account", resources=_permission(principal="*")),
        Example(title="a service for every account", resources=_permission(principal="events.amazonaws.com")),
        Example(
            title="a service with a source of any account",
            resources=_permission(principal="events.amazonaws.com", source_arn="arn:aws:events:*:*:rule/*"),
            not_plannable_because="the provider rejects wildcards for region and account",
        ),
        Example(
            title="a function URL without authorization",
            resources={"aws_lambda_function_url": {"job": {"function_name": "job", "authorization_type": "NONE"}}},
        ),
        Example(
            title="an event bus for every account",
            resources={"aws_cloudwatch_event_permission": {"all": {"principal": "*", "statement_id": "all"}}},
        ),
        Example(
            title="a share beyond the organization",
            resources={"aws_ram_resource_share": {"net": {"name": "net", "allow_external_principals": True}}},
        ),
        Example(
            title="a layer for every account",
            resources={
                "aws_lambda_layer_version_permission": {
                    "tools": {
                        "layer_name": "tools",
                        "version_number": 1,
                        "principal": "*",
                        "action": "lambda:GetLayerVersion",
                        "statement_id": "all",
                    }
                }
            },
        ),
        Example(
            title="an image for every account",
            resources={"aws_ami_launch_permission": {"all": {"image_id": "ami-0a1b2c3d4e5f60718", "group": "all"}}},
        ),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Check the arguments of one resource; an unknown principal is unknown."""
        principal = resource.get("principal")
        if isinstance(principal, str) and not is_known(principal) and not resource.get("source_account"):
            yield Finding.unknown(resource, f"the principal {principal} is not known before the apply")
        yield from (Finding.fail(resource, text) for text in _CHECKS[resource.type](resource))


rule = GrantedByArguments()
