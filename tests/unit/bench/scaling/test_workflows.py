"""Task graphs of the optional package WfCommons become workloads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from bench.scaling import command, workflows
from bench.scaling.workloads import Job
from tests.synthesis import deployed


@pytest.mark.feature("A5")
def test_graph_becomes_jobs_that_follow_the_jobs_they_wait_for() -> None:
    seconds = {"join_3": 5.0, "load_2": 0.2, "load_1": 3.0, "extract_0": 2.0}
    after = {"join_3": ["load_1", "load_2"], "load_1": ["extract_0"], "load_2": ["extract_0"]}
    extract, *loads, join = workflows.graph_jobs(seconds, after, at=60.0, first=10)
    assert extract == Job(60.0, 2.0, (), "extract")
    assert {(job.seconds, job.after, job.kind) for job in loads} == {(1.0, (10,), "load"), (3.0, (10,), "load")}
    assert (join.seconds, sorted(join.after), join.kind) == (5.0, [11, 12], "join")


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(deployed().airflow))
    return tmp_path


@pytest.mark.feature("A5")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"only": "nothing"}, "--only: no workload contains 'nothing'. Allowed: parts of cron peaks, bursts"),
        ({"write": True, "only": "ramp"}, "--write writes all workloads. Fix: leave out --only"),
        ({"write": True}, "the package wfcommons is not installed, whose workloads are part of the page. Fix: pip"),
    ],
)
def test_unusable_choice_of_workloads_is_rejected(
    stack: Path,
    options: dict[str, object],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workflows, "available", lambda: False)
    with pytest.raises(typer.Exit) as ended:
        command.main(stack, seeds=1, **options)  # type: ignore[arg-type]
    assert ended.value.exit_code == 2
    assert message in capsys.readouterr().err


@pytest.mark.feature("A5")
def test_missing_package_is_reported_and_the_other_workloads_are_simulated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder the command synthesizes prod itself."""
    monkeypatch.setattr(workflows, "available", lambda: False)
    with pytest.raises(typer.Exit) as ended:
        command.main(seeds=1, only="task graphs")
    printed = capsys.readouterr()
    assert ended.value.exit_code == 0
    assert "the package wfcommons is not installed: its task graphs are left out. Fix: pip install" in printed.err
    assert "task graphs" in printed.out
