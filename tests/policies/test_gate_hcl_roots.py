"""Configurations as other people write them: old providers, HCL of every age. A verdict or a clear error each."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.gate import hcl_roots
from terraform_gate.gate.hcl_roots import Judged, judge_all

from tests.policies.gate_inputs import Folder, failing, judged

OLD = Path(__file__).parent / "old_style"
PACKAGES = Path(__file__).parents[2] / "node_modules" / "@cdktf"


@pytest.fixture(scope="module")
def old() -> dict[str, Judged]:
    return {found.folder.name: found for found in judge_all([OLD])}


@pytest.mark.feature("P5", "P7")
def test_every_old_configuration_gets_verdicts_and_none_passes(old: dict[str, Judged]) -> None:
    assert set(old) == {path.name for path in OLD.iterdir()}
    for found in old.values():
        assert found.report is not None
        assert found.report.exit_code == 2  # each holds something that only a plan shows
        assert failing(found.report), found
        assert not [problem for problem in found.report.problems if "could not" in problem.reason], found


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
def test_the_worst_of_each_is_found(old: dict[str, Judged], folder: str, rule: str, address: str) -> None:
    report = old[folder].report
    assert report is not None
    found = failing(report)
    assert (rule, address) in found, sorted(found)


@pytest.mark.feature("P7")
@pytest.mark.skipif(not PACKAGES.is_dir(), reason="node_modules/ brings configurations of other people: make cdktf")
def test_what_other_packages_bring_along_is_judged_or_named() -> None:
    found = list(judge_all([PACKAGES]))
    assert found
    assert [
        one for one in found if one.report and any("could not" in each.reason for each in one.report.problems)
    ] == []


@pytest.mark.feature("P5")
def test_resources_that_no_rule_is_about_are_named_and_never_pass_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    report = judged(folder.write({"null_resource": {"a": {}, "b": {}}, "random_pet": {"c": {}}}))
    assert report.exit_code == 2
    assert report.uncovered == {"null_resource": 2, "random_pet": 1}
    assert report.problems[0].reason == "no rule is about any resource in it"


@pytest.mark.feature("P5")
def test_what_is_no_hcl_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "main.tf").write_text('resource "aws_vpc" {{{')
    assert hcl_roots.main([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "broken: not HCL: " in told
    assert "Traceback" not in told
    assert hcl_roots.main([str(tmp_path / "nowhere")]) == 2
