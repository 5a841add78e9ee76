"""HCL of old and new providers gets verdicts or a clear error."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.gate.outcome import Report
from terraform_gate.reading.problem import Problem

from local.repository import ROOT
from tests.policies.gate_inputs import Folder, evaluated

OLD = Path(__file__).parent / "old_style"
PACKAGES = ROOT / "node_modules" / "@cdktf"


def _is_an_exception(problem: Problem) -> bool:
    return "cannot be evaluated: " in problem.reason or " ended with " in problem.reason


@pytest.fixture(scope="module")
def old() -> Report:
    return evaluated(OLD)


@pytest.mark.feature("P5", "P7")
def test_every_old_configuration_is_evaluated_without_an_exception(old: Report) -> None:
    assert set(old.stacks) == {path.name for path in OLD.iterdir()}
    assert old.exit_code == 2  # "modular" calls a module of a registry
    assert not [problem for problem in old.problems if _is_an_exception(problem)], old.problems


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
def test_worst_violation_of_each_configuration_is_found(old: Report, folder: str, rule: str, address: str) -> None:
    found = {
        (item.finding.resource.stack, item.card.id, item.finding.resource.address.partition("[")[0])
        for item in old.of(Verdict.FAIL)
    }
    assert (folder, rule, address) in found, sorted(found)


@pytest.mark.feature("P7")
@pytest.mark.skipif(not PACKAGES.is_dir(), reason="node_modules/ brings configurations of other people: make cdktf")
def test_configurations_of_other_packages_are_evaluated_or_reported() -> None:
    report = evaluated(PACKAGES)
    assert not [problem for problem in report.problems if _is_an_exception(problem)]


@pytest.mark.feature("P5")
def test_uncovered_resources_are_reported_and_never_pass_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    report = evaluated(folder.write({"null_resource": {"a": {}, "b": {}}, "random_pet": {"c": {}}}))
    assert report.exit_code == 2
    assert report.uncovered == {"null_resource": 2, "random_pet": 1}
    assert report.problems[0].reason == "no rule applies to any resource in it"


PROTECTED = """
variable "enabled" {}
resource "aws_s3_bucket" "b" { bucket = "logs" }
resource "aws_s3_bucket_public_access_block" "b" {
  count                   = COUNT
  bucket                  = aws_s3_bucket.b.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
"""


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("count", "verdict"),
    [("1", Verdict.PASS), ("0", Verdict.FAIL), ("var.enabled ? 1 : 0", Verdict.UNKNOWN)],
)
def test_protection_that_may_be_absent_is_unknown(tmp_path: Path, count: str, verdict: Verdict) -> None:
    (tmp_path / "main.tf").write_text(PROTECTED.replace("COUNT", count))
    outcomes = evaluated(tmp_path).outcomes
    assert [item.verdict for item in outcomes if item.card.id == "CKV2_AWS_6"] == [verdict]


@pytest.mark.feature("P5")
def test_changes_that_no_rule_can_read_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_vpc" "v" {\n  provisioner "local-exec" { command = "x" }\n}\n'
        'resource "aws_cloudformation_stack" "c" { template_body = "{}" }\n'
        'resource "awscc_s3_bucket" "b" {}\n'
        'data "external" "e" { program = ["x"] }\n'
    )
    outcomes = [item for item in evaluated(tmp_path).outcomes if item.card.id == "AF_OPAQUE_1"]
    assert {item.finding.resource.type for item in outcomes} == {
        "aws_vpc",
        "aws_cloudformation_stack",
        "awscc_s3_bucket",
        "external",
    }
    assert {item.verdict for item in outcomes} == {Verdict.UNKNOWN}


@pytest.mark.feature("P7")
def test_finding_in_a_local_module_has_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "main.tf").write_text('module "net" {\n  source = "./net"\n  open = "0.0.0.0/0"\n}\n')
    (tmp_path / "net" / "main.tf").write_text(
        'variable "open" {}\n\nresource "aws_security_group" "s" {\n  ingress {\n    from_port = 22\n    to_port = 22\n'
        "    protocol = -1\n    cidr_blocks = [var.open]\n  }\n}\n"
    )
    (outcome,) = [item for item in evaluated(tmp_path).of(Verdict.FAIL) if item.card.id == "AF_SG_1"]
    resource = outcome.finding.resource
    assert (resource.address, resource.file.parent.name, resource.line) == ("module.net.aws_security_group.s", "net", 3)
