"""Each check of the emulator rejects a request that AWS rejects; moto alone accepts it or gives another error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from terraform_harness.emulator.serve import SerialApplication, SingleWriteHandler
from terraform_harness.emulator.validation import QUOTAS, limits
from terraform_harness.emulator.validation.application import ValidatingApplication, validating
from terraform_harness.emulator.validation.rules import RULES
from werkzeug.serving import make_server

from tests.apply.emulator_requests import (
    model_rows,  # noqa: F401
    network_quota_rows,
    rule_rows,  # noqa: F401
    service_quota_rows,  # noqa: F401
)  # an import adds the rows of the module to ROWS
from tests.apply.emulator_requests.row import REGION, ROWS, Client, Row


@dataclass
class Server:
    """moto in this process, with and without validation."""

    validated: Client
    plain: Client
    application: ValidatingApplication
    quotas: dict[str, int | None] = field(default_factory=dict)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    quotas = limits({})
    moto = DomainDispatcherApplication(create_backend_app)
    application = validating(moto, quotas=quotas)
    handler = type("Handler", (SingleWriteHandler,), {})  # werkzeug changes its class
    servers = [
        make_server("127.0.0.1", 0, SerialApplication(app), threaded=True, request_handler=handler)
        for app in (application, moto)
    ]
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    validated, plain = (_clients(server.server_port) for server in servers)
    yield Server(validated=validated, plain=plain, application=application, quotas=quotas)
    for server in servers:
        server.shutdown()
        server.server_close()


def _clients(port: int) -> Client:
    known: dict[str, Any] = {}
    config = Config(
        retries={"total_max_attempts": 1}, parameter_validation=False, s3={"addressing_style": "path"}, read_timeout=120
    )

    def client(service: str) -> Any:
        if service not in known:
            known[service] = boto3.client(
                service, endpoint_url=f"http://127.0.0.1:{port}", region_name=REGION, config=config,
                aws_access_key_id="a", aws_secret_access_key="b",
            )  # fmt: skip
        return known[service]

    return client


@pytest.fixture(autouse=True)
def empty() -> None:
    from moto.moto_api._internal import moto_api_backend

    moto_api_backend.reset()


@pytest.mark.feature("H8")
@pytest.mark.parametrize("row", ROWS, ids=[f"{number}-{row.name}" for number, row in enumerate(ROWS)])
def test_request_is_rejected_as_aws_rejects_it(row: Row, server: Server) -> None:
    from moto.moto_api._internal import moto_api_backend

    changed = dict(server.quotas)
    server.quotas.update(row.quotas)
    try:
        with pytest.raises(ClientError, match=row.text) as rejected:
            row.call(server.validated)
    finally:
        server.quotas.update(changed)
    assert rejected.value.response["Error"]["Code"] == row.code
    moto_api_backend.reset()
    try:
        row.call(server.plain)
    except ClientError as error:
        same = error.response["Error"] == rejected.value.response["Error"]
        assert not same, "moto gives the same error, so the row shows nothing"


@pytest.mark.feature("H8")
def test_every_rule_and_every_quota_has_a_row() -> None:
    shown = {row.name for row in ROWS}
    by_quota = {name for name in RULES if name not in shown}
    assert not QUOTAS.keys() - shown
    assert by_quota <= QUOTA_RULES, by_quota - QUOTA_RULES


QUOTA_RULES = {
    "resources_of_a_region", "resources_of_a_vpc", "nat_gateways_of_a_zone", "network_acl_rules",
    "security_group_rules",
    "security_groups_of_an_interface", "vpc_endpoints", "inline_policies_of_a_role", "trust_policy_of_a_role",
    "managed_policy", "managed_policies_of_a_role", "task_definition", "task_overrides", "target_groups_of_a_service",
    "load_balancers_and_target_groups", "databases", "alarms", "dashboards", "log_groups_of_a_query",
    "standard_parameters", "namespaces",
}  # fmt: skip


@pytest.mark.feature("H8")
def test_quota_counts_each_ip_version_for_itself(server: Server) -> None:
    acl = network_quota_rows.acl_entries(server.validated, 19)
    server.validated("ec2").create_network_acl_entry(
        NetworkAclId=acl, RuleNumber=50, Protocol="-1", RuleAction="allow", Egress=False, Ipv6CidrBlock="::/0"
    )


@pytest.mark.feature("H8")
def test_compressed_request_is_read(server: Server) -> None:
    metrics = [{"MetricName": f"metric-{number}", "Value": 1.0, "Unit": "Count"} for number in range(200)]
    server.validated("cloudwatch").put_metric_data(Namespace="n", MetricData=metrics)
    metrics[199]["Unit"] = "Pieces"
    with pytest.raises(ClientError, match=r"'Pieces' at 'MetricData\[199\].Unit'"):
        server.validated("cloudwatch").put_metric_data(Namespace="n", MetricData=metrics)


@pytest.mark.feature("H8")
def test_report_counts_requests_errors_and_what_is_unknown(server: Server) -> None:
    before = server.application.report()
    server.validated("sts").get_caller_identity()
    with pytest.raises(ClientError):
        server.validated("logs").create_log_group(logGroupName="a b")
    after = server.application.report()
    assert after.validated == before.validated + 2
    assert sum(after.rejected.values()) == sum(before.rejected.values()) + 1
    assert "requests validated" in str(after)


@pytest.mark.feature("H8")
@pytest.mark.parametrize("changes", [{"vpc": 1}, {"vpcs": -1}, {"vpcs": True}])
def test_unknown_quota_is_named_with_a_fix(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"quotas: .*{next(iter(changes))}.* Fix: "):
        limits(changes)
