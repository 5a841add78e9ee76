"""Reads a request of any AWS protocol into parameters in boto3's form.

https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraform_harness.emulator.validation.wire.json_body import JsonReader
from terraform_harness.emulator.validation.wire.query import QueryReader
from terraform_harness.emulator.validation.wire.rest import RestReader
from terraform_harness.emulator.validation.wire.scalars import Malformed, Note

__all__ = ["Malformed", "read"]


def read(*, shape: Any, protocol: str, request: Any, body: bytes, labels: Mapping[str, Any], note: Note) -> Any:
    """Return the parameters of a request.

    Args:
        shape: The input shape of the operation.
        protocol: ``ec2``, ``query``, ``json``, ``rest-json`` or ``rest-xml``.
        request: moto's (werkzeug's) request.
        body: Its body.
        labels: The parameters in the path.
        note: Called with the path and the name of a parameter that the model does not have.

    Raises:
        Malformed: A value has another type than the model says, or the body is not JSON or XML.
    """
    if protocol in ("ec2", "query"):
        return QueryReader(note=note, ec2=protocol == "ec2").read(shape, request.values)
    if protocol == "json":
        return JsonReader(note=note).read(shape, body)
    return RestReader(note=note, xml=protocol == "rest-xml").read(shape, request, body, labels)
