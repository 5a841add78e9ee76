"""Requests in JSON of services whose installed models know the query protocol only.

botocore 1.42 and newer send CloudWatch requests so. They become requests in the query protocol, and the responses
become JSON again: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html (``awsQueryCompatible``).
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from terraform_harness.emulator.validation.requests import NotModelled, target

JSON = "application/x-amz-json-1.0"


class QueryApplication:
    """Translates JSON for an application that knows the query protocol of a service.

    Args:
        application: The application behind.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Handle a request."""
        named = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        model = _query_operation(environ, named) if environ.get("HTTP_X_AMZN_QUERY_MODE") and named else None
        if model is None:
            handled: Iterable[bytes] = self._application(environ, start_response)
            return handled
        try:
            translated = _translated(environ, model)
        except (ValueError, TypeError, AttributeError) as error:
            return _respond(start_response, 400, {"__type": "SerializationException", "message": str(error)})
        lines: list[str] = []
        body = b"".join(self._application(translated, lambda line, *_: lines.append(line)))
        status = int(lines[0].split()[0])
        return _respond(start_response, status, _parsed(model, status, body))


def _query_operation(environ: Mapping[str, Any], name: str) -> Any:
    """Return the model of an operation; None where the installed models lack it or know another protocol."""
    from botocore.exceptions import BotoCoreError
    from botocore.model import OperationNotFoundError
    from moto.core.request import Request
    from moto.core.utils import get_service_model

    try:
        model = get_service_model(target(Request(dict(environ))).service).operation_model(name)
    except (BotoCoreError, OperationNotFoundError, NotModelled):
        return None
    return model if model.service_model.metadata["protocol"] == "query" else None


def _translated(environ: Mapping[str, Any], model: Any) -> dict[str, Any]:
    from botocore.serialize import create_serializer

    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
        body = gzip.decompress(body)
    serializer = create_serializer("query", include_validation=False)
    form = urlencode(serializer.serialize_to_request(json.loads(body or "{}"), model)["body"]).encode()
    dropped = {"HTTP_X_AMZ_TARGET", "HTTP_X_AMZN_QUERY_MODE", "HTTP_CONTENT_ENCODING"}
    return {name: value for name, value in environ.items() if name not in dropped} | {
        "wsgi.input": io.BytesIO(form), "CONTENT_LENGTH": str(len(form)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8",
    }  # fmt: skip


def _parsed(model: Any, status: int, body: bytes) -> Mapping[str, Any]:
    from botocore.parsers import create_parser

    found = create_parser("query").parse({"body": body, "headers": {}, "status_code": status}, model.output_shape)
    if status >= 300:
        return {"__type": found["Error"]["Code"], "message": found["Error"]["Message"]}
    return {name: value for name, value in found.items() if name != "ResponseMetadata"}


def _respond(start_response: Any, status: int, document: Mapping[str, Any]) -> Iterable[bytes]:
    body = json.dumps(document, default=lambda value: value.timestamp() if isinstance(value, datetime) else str(value))
    headers = [("Content-Type", JSON), ("Content-Length", str(len(body.encode())))]
    start_response(f"{status} {'OK' if status < 300 else 'Error'}", headers)
    return [body.encode()]
