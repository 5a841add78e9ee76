"""Measures what the emulator's validation adds to a request."""

from __future__ import annotations

import io
import time
from contextlib import suppress
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from terraform_harness.emulator.validation import limits
from terraform_harness.emulator.validation.application import validating
from werkzeug.test import EnvironBuilder

from bench.report import Row

REGION = "eu-central-1"
LIMIT_SECONDS = 0.002
REPEATS = 50
VARIABLES = [{"name": f"AIRFLOW__SECTION__OPTION_{number}", "value": "x" * 100} for number in range(40)]
CONTAINERS = [{"name": f"c{number}", "image": "a", "environment": VARIABLES} for number in range(4)]
RANGES = [{"CidrIp": f"10.0.{number}.0/24", "Description": "office"} for number in range(50)]
PERMISSIONS = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": RANGES}]
# One large request of each protocol.
CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ec2", "authorize_security_group_ingress", {"GroupId": "sg-1", "IpPermissions": PERMISSIONS}),
    ("iam", "put_role_policy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "x" * 9000}),
    ("ecs", "register_task_definition", {"family": "f", "containerDefinitions": CONTAINERS}),
    ("scheduler", "list_schedules", {"NamePrefix": "a"}),
    ("s3", "put_object", {"Bucket": "states", "Key": "dev/terraform.tfstate", "Body": b"x" * 500_000}),
)


def rows(*, rounds: int) -> list[Row]:
    """Measure the slowest of ``CALLS``; models are loaded before."""
    application = validating(lambda _environ, _start: [], quotas=limits({}))
    requests = [captured(*call) for call in CALLS]
    for environ, body in requests:
        _send(application, environ, body)
    spent = max(min(_time(application, *request) for _ in range(rounds)) for request in requests)
    return [Row("validation of the slowest request", f"{spent * 1000:.2f} ms", spent, "2 ms", LIMIT_SECONDS, limit=1.0)]


def captured(service: str, operation: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return the WSGI environment and the body of a call of boto3, which is not sent."""
    client = boto3.client(
        service, region_name=REGION, endpoint_url="http://127.0.0.1:1", aws_access_key_id="a",
        aws_secret_access_key="b", config=Config(s3={"addressing_style": "path"}),  # noqa: S106 - not sent
    )  # fmt: skip
    sent: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> None:
        sent.append(request)
        raise _NotSent

    client.meta.events.register("before-send", keep)
    with suppress(_NotSent):
        getattr(client, operation)(**arguments)
    request = sent[0]
    body = request.body or b""
    body = body.read() if hasattr(body, "read") else body
    data = body.encode() if isinstance(body, str) else bytes(body)
    headers = {k: v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
    environ = EnvironBuilder(request.url, method=request.method, headers=headers, data=data).get_environ()
    return environ, data


class _NotSent(Exception):
    pass


def _time(application: Any, environ: dict[str, Any], body: bytes) -> float:
    started = time.process_time()
    for _ in range(REPEATS):
        _send(application, environ, body)
    return (time.process_time() - started) / REPEATS


def _send(application: Any, environ: dict[str, Any], body: bytes) -> None:
    application(environ | {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}, lambda *_: None)
