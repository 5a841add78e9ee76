"""Bad input: one message with its fix, and nothing is created or applied."""

from __future__ import annotations

import pytest
from terraform_harness.hcp.server import serve
from typer.testing import CliRunner

from operations.__main__ import app
from operations.hcp import connection, result
from operations.hcp.connection import token_variable
from tests.unit.operations.hcp.conftest import Console


@pytest.mark.feature("M6")
def test_missing_token_names_the_variable(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = token_variable(console.fake.hostname)
    monkeypatch.delenv(variable)
    assert f"no token for {console.fake.hostname}. Fix: terraform login" in console.rejected("plan", "dev")
    assert console.fake.requests == []


@pytest.mark.feature("M6")
def test_rejected_token_is_reported_without_its_value(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(token_variable(console.fake.hostname), "wrong-token-value")
    message = console.rejected("plan", "dev")
    assert "rejects the token: unauthorized. Fix: terraform login" in message
    assert "wrong-token-value" not in message


@pytest.mark.feature("M6")
def test_token_of_another_organization_creates_no_workspace(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(token_variable(console.fake.hostname), console.fake.token_of_another_organization())
    assert "has no access to organization example" in console.rejected("plan", "dev")
    assert not console.fake.store.workspaces


@pytest.mark.feature("M6")
def test_server_with_an_untrusted_certificate_gets_no_request(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve() as other:
        monkeypatch.setenv("SSL_CERT_FILE", str(other.certificate))
        assert "is not trusted" in (message := console.rejected("plan", "dev"))
        assert "Fix: set SSL_CERT_FILE" in message
    assert console.fake.requests == []


@pytest.mark.feature("M6")
def test_missing_certificate_file_is_named(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file.pem")
    assert "SSL_CERT_FILE: /no/such/file.pem: no such file" in console.rejected("plan", "dev")


@pytest.mark.feature("M6")
def test_server_other_than_hcp_terraform_is_rejected(console: Console) -> None:
    console.fake.fail("GET /.well-known", 404)
    assert "is not a server of HCP Terraform" in console.rejected("plan", "dev")


@pytest.mark.feature("M6")
def test_queued_run_is_reported_after_the_time_limit(console: Console) -> None:
    console.run("workspaces", "dev")
    console.fake.workspace("dev-foundation").behavior = "stay_queued"
    message = console.rejected("plan", "dev", "foundation", "--wait", "0.3")
    assert "the run is still plan queued (position 3 in the queue) after 0 s" in message
    assert "--wait" in message


@pytest.mark.feature("M6")
def test_errored_run_shows_terraforms_message(console: Console) -> None:
    console.configure("foundation", {"resource": {"terraform_data": {"x": {"inputs": 1}}}})
    code, out, err = console.run("plan", "dev", "foundation")
    assert code == 2
    assert 'named "inputs"' in out
    assert "dev-foundation: the run failed: https://" in err


@pytest.mark.feature("M6")
@pytest.mark.parametrize(
    ("behavior", "text"),
    [
        ("discarded", "was discarded by a user"),
        ("policy_soft_failed", "violates a policy of the organization"),
        ("policy_hard_failed", "policy check: hard failed, failed policies: 1"),
    ],
)
def test_run_that_ends_without_a_plan_to_apply_is_an_error_with_the_reason(
    console: Console, behavior: str, text: str
) -> None:
    console.run("workspaces", "dev")
    console.fake.workspace("dev-foundation").behavior = behavior
    message = console.rejected("plan", "dev", "foundation")
    assert text in message
    assert "Fix: " in message


@pytest.mark.feature("M6")
def test_too_many_requests_are_repeated_after_the_time_that_the_server_names(console: Console) -> None:
    console.fake.fail("GET /api/v2/organizations/example/entitlement-set", 429, times=2, Retry_After="0.01")
    assert console.run("status", "dev")[0] == 0
    assert sum("entitlement-set" in request for request in console.fake.requests) == 3


@pytest.mark.feature("M6")
@pytest.mark.parametrize(("status", "text"), [(429, "still answers 429"), (503, "answers 503"), (500, "answers 500")])
def test_error_that_every_attempt_gets_is_reported(console: Console, status: int, text: str) -> None:
    console.fake.fail("GET /api/v2/organizations/example/entitlement-set", status, times=99, Retry_After="0.01")
    assert text in (message := console.rejected("plan", "dev"))
    assert "Fix: run the command again later" in message
    assert not console.fake.store.workspaces


@pytest.mark.feature("M6")
def test_server_that_does_not_answer_in_time_is_reported(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", 0.3)
    console.fake.fail("GET /.well-known", 0)
    assert "did not answer in time" in console.rejected("plan", "dev")


@pytest.mark.feature("M6")
def test_failed_upload_starts_no_run(console: Console) -> None:
    console.fake.fail("PUT /_archivist", 500, times=9)
    assert "the upload failed" in console.rejected("plan", "dev", "foundation")
    assert not console.fake.store.runs


@pytest.mark.feature("M6")
def test_plan_that_violates_a_policy_is_discarded(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_words: object, **_options: object) -> str:
        raise result.PolicyError("AF_SG_1 fails")

    monkeypatch.setattr(result, "check", failing)
    code, out, err = console.run("apply", "dev", "foundation", "--yes")
    assert code == 2
    assert "AF_SG_1 fails" in out
    assert "nothing was applied; the run is discarded" in err
    assert console.fake.workspace("dev-foundation").states == []


@pytest.mark.feature("M6")
def test_workspace_of_a_repository_is_not_applied_from_here(console: Console) -> None:
    console.run("workspaces", "dev")
    console.fake.workspace("dev-foundation").attributes["vcs-repo"] = {"identifier": "acme/infrastructure"}
    assert "is connected to the repository acme/infrastructure" in console.rejected("apply", "dev", "foundation")


@pytest.mark.feature("M6")
def test_unknown_stack_lists_the_stacks(console: Console) -> None:
    assert "unknown stack 'network'. Allowed: foundation, airflow" in console.rejected("plan", "dev", "network")


@pytest.mark.feature("M6")
def test_environment_with_another_backend_names_the_key() -> None:
    done = CliRunner().invoke(app, ["hcp", "status", "dev"])
    assert done.exit_code == 2
    assert "environments/dev.yaml: state.backend: must be cloud, got s3" in done.stderr
