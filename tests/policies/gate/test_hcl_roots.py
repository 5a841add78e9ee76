"""HCL of old and new providers gets verdicts or a clear error."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.gate.command import main
from terraform_gate.gate.hcl_roots import HclResult, evaluate_folders
from terraform_gate.reading.inputs import Problem

from tests.policies.gate_inputs import ROOT, Folder, evaluated, failing

OLD = Path(__file__).parent / "old_style"
PACKAGES = ROOT / "node_modules" / "@cdktf"


def _is_an_exception(problem: Problem) -> bool:
    return "cannot be evaluated" in problem.reason or " ended with " in problem.reason


@pytest.fixture(scope="module")
def old() -> dict[str, HclResult]:
    return {found.folder.name: found for found in evaluate_folders([OLD])}


@pytest.mark.feature("P5", "P7")
def test_every_old_configuration_gets_verdicts_and_none_passes(old: dict[str, HclResult]) -> None:
    assert set(old) == {path.name for path in OLD.iterdir()}
    for found in old.values():
        assert found.report is not None
        assert found.report.exit_code == 2  # each has values that only a plan contains
        assert failing(found.report), found
        assert not [problem for problem in found.report.problems if _is_an_exception(problem)], found


@pytest.mark.feature("P1", "P2")
@pytest.mark.parametrize(
    ("folder", "rule", "address"),
    [
        ("classic", "AF_SG_1", "aws_security_group.bastion"),
        ("classic", "CKV_AWS_20", "aws_s3_bucket.logs"),
        ("counted", "AF_NACL_2", "aws_network_acl.all"),
        ("modular", "CKV_AWS_17", "aws_db_instance.metadata"),
        ("mixed", "AF_SG_1", "aws_security_group.web"),
        ("mixed", "AF_IAM_3", "aws_iam_role_policy.all"),
    ],
)
def test_worst_violation_of_each_configuration_is_found(
    old: dict[str, HclResult], folder: str, rule: str, address: str
) -> None:
    report = old[folder].report
    assert report is not None
    found = failing(report)
    assert (rule, address) in found, sorted(found)


@pytest.mark.feature("P7")
@pytest.mark.skipif(not PACKAGES.is_dir(), reason="node_modules/ brings configurations of other people: make cdktf")
def test_configurations_of_other_packages_are_evaluated_or_reported() -> None:
    found = list(evaluate_folders([PACKAGES]))
    assert found
    assert [result for result in found if result.report and any(map(_is_an_exception, result.report.problems))] == []


@pytest.mark.feature("P5")
def test_uncovered_resources_are_reported_and_never_pass_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    report = evaluated(folder.write({"null_resource": {"a": {}, "b": {}}, "random_pet": {"c": {}}}))
    assert report.exit_code == 2
    assert report.uncovered == {"null_resource": 2, "random_pet": 1}
    assert report.problems[0].reason == "no rule applies to any resource in it"


@pytest.mark.feature("P5")
def test_file_that_is_not_hcl_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "main.tf").write_text('resource "aws_vpc" {{{')
    assert main(["hcl", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "broken: not HCL: " in printed
    assert "Traceback" not in printed
    assert main(["hcl", str(tmp_path / "nowhere")]) == 2
