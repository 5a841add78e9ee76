"""Finds the operation of a request and reads its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from terraform_harness.emulator.validation import wire
from terraform_harness.emulator.validation.shapes import Shapes
from terraform_harness.emulator.validation.violation import MALFORMED, Violation, model_code
from terraform_harness.emulator.validation.wire.scalars import joined

# Signing names (the service in the credential scope) that differ from boto3's names; a shared one needs a version.
# botocore's models: metadata.signingName and metadata.apiVersion.
SIGNING_NAMES: Mapping[str, str] = {
    "eventbridge": "events",
    "elasticfilesystem": "efs",
    "elasticmapreduce": "emr",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
BY_VERSION: Mapping[tuple[str, str], str] = {
    ("elasticloadbalancing", "2012-06-01"): "elb",
    ("elasticloadbalancing", "2015-12-01"): "elbv2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request whose operation is known.

    Attributes:
        service: boto3's name of the service, for instance ``elbv2``.
        operation: For instance ``CreateSecurityGroup``.
        parameters: The parameters in boto3's form.
        account: The account of the emulator.
        region: The region in the credential scope.
        body: The body as it was sent.
        quotas: The limits of the account, by name; None switches one off.
        model: The operation's model.
        protocol: ``ec2``, ``query``, ``json``, ``rest-json`` or ``rest-xml``.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    account: str
    region: str
    body: bytes = b""
    quotas: Mapping[str, int | None] = field(default_factory=dict)
    model: Any = None
    protocol: str = ""

    def backend(self, package: str) -> Any:
        """Return moto's backend of ``package`` (``ec2``) in the account and region of the call."""
        from moto.backends import get_backend
        from moto.utilities.utils import get_partition

        backends: Any = get_backend(package)
        regions = backends[self.account]
        return regions[self.region] if self.region in regions.regions else regions[get_partition(self.region)]


class NotModelled(Exception):
    """A request that no model describes; the message names its service."""


@dataclass(frozen=True, slots=True)
class Target:
    """Service and region that a request is signed for."""

    service: str
    region: str


def target(request: Any) -> Target:
    """Return the service and region in the request's credential scope.

    Raises:
        NotModelled: The request is not signed, or botocore has no model of the service.
    """
    header = request.headers.get("Authorization") or f"Credential={request.args.get('X-Amz-Credential', '')}"
    try:
        scope = header.split("Credential=", 1)[1].split(",")[0].split("/")
        region, signed = scope[2], scope[3].lower()
    except IndexError:
        raise NotModelled(f"unsigned {request.path.split('/')[1] or '/'}") from None
    shared = BY_VERSION.get((signed, request.values.get("Version", "")))
    return Target(shared or SIGNING_NAMES.get(signed, signed), region)


@cache
def shapes_of(service: str) -> Shapes:  # noqa: ARG001 - the key of the cache
    """Return the compiled checks of a service."""
    return Shapes()


def read(
    request: Any, body: bytes, *, account: str, quotas: Mapping[str, int | None], unknown: Callable[[str], None]
) -> Call:
    """Return the call that a request makes.

    Args:
        request: moto's request.
        body: Its body.
        account: The account of the emulator.
        quotas: The limits of the account.
        unknown: Called with each parameter that the model does not have.

    Raises:
        NotModelled: No model describes the request.
        Violation: A value has the wrong type.
    """
    from botocore.exceptions import BotoCoreError
    from moto.core.request import determine_request_protocol
    from moto.core.routing import get_service_router
    from moto.core.utils import get_service_model
    from werkzeug.exceptions import HTTPException

    aimed = target(request)
    try:
        model = get_service_model(aimed.service)
        protocol = determine_request_protocol(model, request.content_type)
        operation, labels = get_service_router(aimed.service).match(request)
    except (BotoCoreError, NotImplementedError, HTTPException, KeyError):
        raise NotModelled(aimed.service) from None
    call = Call(
        service=aimed.service, operation=operation.name, parameters={}, account=account, region=aimed.region,
        body=body, quotas=quotas, model=operation, protocol=protocol,
    )  # fmt: skip
    parameters = _parameters(call, request, labels, unknown)
    return Call(**{name: getattr(call, name) for name in Call.__slots__} | {"parameters": parameters})


def _parameters(call: Call, request: Any, labels: Mapping[str, Any], unknown: Callable[[str], None]) -> Any:
    if (shape := call.model.input_shape) is None:
        return {}

    def note(path: str, name: str) -> None:
        unknown(f"{call.service}:{call.operation}.{joined(path, name)}")

    try:
        return wire.read(shape=shape, protocol=call.protocol, request=request, body=call.body, labels=labels, note=note)
    except wire.Malformed as error:
        raise _malformed(call, str(error)) from None


def _malformed(call: Call, text: str) -> MalformedCall:
    return MalformedCall(call, model_code(call.service, call.protocol, MALFORMED), text)


class MalformedCall(Violation):
    """A violation found while the parameters are read; it carries the call, whose protocol shapes the response."""

    def __init__(self, call: Call, code: str, message: str) -> None:
        super().__init__(code, message)
        self.call = call
