"""The gate as a run task: signature, answer, report, errors."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.run_task import evaluation
from terraform_gate.run_task.answer import answer
from terraform_gate.run_task.command import KEY_VARIABLE, run_task_command
from terraform_gate.run_task.evaluation import Evaluation
from terraform_gate.run_task.service import Service
from terraform_harness.hcp import run_tasks
from terraform_harness.hcp.server import FakeHcp, serve
from terraform_harness.hcp.store import Configuration, Run, Workspace

KEY = "key-of-the-run-task"
OPEN = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_security_group.open",
                    "mode": "managed",
                    "type": "aws_security_group",
                    "name": "open",
                    "provider_name": "registry.terraform.io/hashicorp/aws",
                    "schema_version": 1,
                    "values": {
                        "name": "open",
                        "description": "open",
                        "ingress": [
                            {
                                "cidr_blocks": ["0.0.0.0/0"],
                                "description": "ssh",
                                "from_port": 22,
                                "to_port": 22,
                                "protocol": "tcp",
                                "ipv6_cidr_blocks": [],
                                "prefix_list_ids": [],
                                "security_groups": [],
                                "self": False,
                            }
                        ],
                    },
                    "sensitive_values": {},
                }
            ]
        }
    },
    "configuration": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_security_group.open",
                    "mode": "managed",
                    "type": "aws_security_group",
                    "name": "open",
                    "provider_config_key": "aws",
                    "expressions": {"name": {"constant_value": "open"}},
                }
            ]
        }
    },
}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHcp]:
    with serve() as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
        yield server


@pytest.fixture
def service(fake: FakeHcp, tmp_path: Path) -> Iterator[Service]:
    made = Service(("127.0.0.1", 0), key=KEY, hosts=frozenset({fake.hostname}), evaluation=Evaluation(tmp_path))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{made.server_port}"
    made.evaluation = Evaluation(tmp_path, public_url=address)
    yield made
    made.shutdown()
    made.server_close()


def planned_run(fake: FakeHcp, service: Service, plan: dict[str, Any]) -> Run:
    """A run after its plan, in a workspace with the service as run task."""
    workspace = Workspace("ws-1", "dev-airflow", {})
    fake.store.workspaces["ws-1"] = workspace
    fake.add_run_task("dev-airflow", url=f"http://127.0.0.1:{service.server_port}/", hmac_key=KEY)
    run = Run("run-1", workspace, Configuration("cv-1", workspace, speculative=True), Path(), {})
    run.plan_json = json.dumps(plan).encode()
    fake.store.runs[run.id] = run
    return run


def post(service: Service, body: bytes, signature: str) -> tuple[int, str]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{service.server_port}/", data=body, headers={run_tasks.SIGNATURE_HEADER: signature}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answered:  # noqa: S310  the service of the test
            return answered.status, answered.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.feature("M10")
def test_open_port_fails_the_run_with_outcomes_and_a_report(fake: FakeHcp, service: Service) -> None:
    run = planned_run(fake, service, OPEN)
    assert not run_tasks.call_all(fake.store, fake.address, run)
    (result,) = run.results
    assert result.status == "failed"
    assert " fail, " in result.message
    assert any("aws_security_group.open" in outcome["description"] for outcome in result.outcomes)
    with urllib.request.urlopen(result.url, timeout=10) as answered:  # noqa: S310  the service of the test
        assert json.loads(answered.read())["version"] == "2.1.0"


@pytest.mark.feature("M10")
def test_unsigned_request_and_wrong_signature_are_rejected(service: Service) -> None:
    for signature in ("", run_tasks.sign(b"{}", "another key")):
        status, text = post(service, b"{}", signature)
        assert status == 401
        assert "signature is missing or wrong" in text


@pytest.mark.feature("M10")
def test_request_of_the_registration_is_accepted(service: Service) -> None:
    body = json.dumps({"access_token": "test-token", "stage": "test"}).encode()
    assert post(service, body, run_tasks.sign(body, KEY))[0] == 200


@pytest.mark.feature("M10")
@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"plan_json_api_url": "https://attacker.example/plan"}, "--host"),
        ({"task_result_callback_url": "http://app.terraform.io/x"}, "--host"),
        ({"stage": "pre_plan"}, "Post-plan"),
        ({"run_id": None, "workspace_name": {}}, ""),
    ],
)
def test_token_is_sent_to_no_server_that_was_not_named(
    fake: FakeHcp, service: Service, changes: dict[str, Any], text: str
) -> None:
    content = {
        "access_token": "secret",
        "stage": "post_plan",
        "run_id": "run-1",
        "workspace_name": "dev",
        "plan_json_api_url": f"{fake.address}/api/v2/plans/x/json-output",
        "task_result_callback_url": f"{fake.address}/api/v2/task-results/x/callback",
    }
    body = json.dumps(content | changes).encode()
    status, answered = post(service, body, run_tasks.sign(body, KEY))
    if text:
        assert status == 400
        assert text in answered


@pytest.mark.feature("M10")
def test_plan_that_cannot_be_fetched_fails_the_run(fake: FakeHcp, service: Service) -> None:
    run = planned_run(fake, service, OPEN)
    run.plan_json = b""
    assert not run_tasks.call_all(fake.store, fake.address, run)
    assert "the server answers 204 to the request for the plan" in run.results[0].message


@pytest.mark.feature("M10")
def test_request_for_the_plan_is_repeated_after_429(
    fake: FakeHcp, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.fail("GET /api/v2/plans/.*", 429, times=2, Retry_After="0")
    run = planned_run(fake, service, OPEN)
    run.plan_json = b"not json"
    run_tasks.call_all(fake.store, fake.address, run)
    assert sum(request.startswith("GET /api/v2/plans/") for request in fake.requests) == 3
    assert run.results[0].status == "failed"
    assert evaluation.ATTEMPTS > 2


@pytest.mark.feature("M10")
def test_names_of_reports_cannot_leave_the_folder(service: Service) -> None:
    for path in ("/reports/../secret", "/reports/", "/reports/x.sarif"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{service.server_port}{path}", timeout=10)


@pytest.mark.feature("M10")
def test_waived_findings_are_no_outcomes() -> None:
    finding = {"verdict": "fail", "rule": "AF_SG_1", "waiver": {"owner": "me"}}
    content = answer({"exit_code": 0, "problems": [], "findings": [finding]}, url="")
    assert content["data"]["attributes"] == {"status": "passed", "message": "0 fail, 0 unknown, 0 problems"}
    assert "relationships" not in content["data"]


@pytest.mark.feature("M10")
def test_service_does_not_start_without_a_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "short")
    assert run_task_command([]) == 2
    assert f"{KEY_VARIABLE}: must have at least 16 characters, got 5. Fix: " in capsys.readouterr().err


@pytest.mark.feature("M10")
def test_service_listens_on_loopback_by_default() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "terraform_gate", "run-task", "--help"], capture_output=True, text=True, check=True
    )
    assert "(default: 127.0.0.1)" in done.stdout
