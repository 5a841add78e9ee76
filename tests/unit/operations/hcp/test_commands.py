"""``python -m operations hcp``: workspaces, speculative plan, apply, status."""

from __future__ import annotations

import io
import tarfile

import pytest

from tests.unit.operations.hcp.conftest import Console


@pytest.mark.feature("M6")
def test_workspaces_get_execution_mode_version_tags_and_share_only_the_foundations_state(console: Console) -> None:
    code, out, _ = console.run("workspaces", "dev")
    assert code == 0
    assert "dev-airflow" in out
    foundation, airflow = console.fake.workspace("dev-foundation"), console.fake.workspace("dev-airflow")
    assert (foundation.attributes["execution-mode"], foundation.attributes["terraform-version"]) == ("remote", "1.11.4")
    assert foundation.tags == {"environment": "dev", "stack": "foundation", "source": "airflow-fargate"}
    assert (foundation.consumers, airflow.consumers) == ({airflow.id}, set())
    assert not foundation.attributes["global-remote-state"]


@pytest.mark.feature("M6")
def test_second_run_finds_the_workspaces_and_repairs_only_what_prevents_runs(console: Console) -> None:
    console.run("workspaces", "dev")
    console.fake.workspace("dev-airflow").attributes |= {"execution-mode": "local", "description": "ours"}
    code, _, err = console.run("workspaces", "dev")
    assert code == 0
    assert "dev-airflow: execution-mode changed from local to remote" in err
    assert "created" not in err
    assert console.fake.workspace("dev-airflow").attributes["description"] == "ours"


@pytest.mark.feature("M6")
def test_plan_shows_log_changes_and_verdict_and_applies_nothing(console: Console) -> None:
    code, out, err = console.run("plan", "dev", "foundation")
    assert code == 0, err
    assert "  # terraform_data.network will be created" in out
    assert "dev-foundation: 1 to create" in out
    assert "policies: pass" in out
    assert "Next: .venv/bin/python -m operations hcp apply dev foundation" in err
    (run,) = console.fake.store.runs.values()
    assert run.plan_only
    assert run.workspace.states == []


@pytest.mark.feature("M6")
def test_uploaded_archive_holds_the_root_and_nothing_else(console: Console) -> None:
    console.run("plan", "dev", "foundation")
    (version,) = console.fake.store.configurations.values()
    with tarfile.open(fileobj=io.BytesIO(version.archive)) as archive:
        assert set(archive.getnames()) <= {"cdk.tf.json", ".terraform.lock.hcl"}


@pytest.mark.feature("M6")
def test_apply_asks_applies_and_the_other_stack_reads_the_state(console: Console) -> None:
    code, out, err = console.run("apply", "dev", "foundation", given="y\n")
    assert code == 0, err
    assert "Apply complete! Resources: 1 added" in out
    code, out, err = console.run("plan", "dev", "airflow")
    assert code == 0, err
    assert "vpc-1" in out
    _, out, _ = console.run("status", "dev")
    assert "dev-foundation: remote execution, Terraform 1.11.4, not locked; latest run applied" in out


@pytest.mark.feature("M6")
def test_state_is_not_readable_without_sharing(console: Console) -> None:
    console.run("apply", "dev", "foundation", "--yes")
    console.run("workspaces", "dev")
    foundation = console.fake.workspace("dev-foundation")
    foundation.consumers = set()

    class Never(set[str]):
        def __or__(self, other: object) -> Never:  # type: ignore[override]
            return self

    foundation.consumers = Never()
    code, out, err = console.run("plan", "dev", "airflow")
    assert code == 2
    assert "Unable to find remote state" in out
    assert "the run failed" in err


@pytest.mark.feature("M6")
@pytest.mark.parametrize("given", ["n\n", ""])
def test_a_no_discards_the_run_and_frees_the_workspace(console: Console, given: str) -> None:
    code, _, err = console.run("apply", "dev", "foundation", given=given)
    assert code == 2
    assert "nothing was applied; the run is discarded" in err
    assert [run.status for run in console.fake.store.runs.values()] == ["discarded"]


@pytest.mark.feature("M6")
def test_apply_without_changes_is_reported_as_nothing_to_change(console: Console) -> None:
    console.run("apply", "dev", "foundation", "--yes")
    code, out, _ = console.run("apply", "dev", "foundation", "--yes")
    assert code == 0
    assert "dev-foundation: nothing to change" in out
