"""A root module in HCL is mutated by an override file, which the gate and Terraform read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from terraform_harness.mutation import detectors, run
from terraform_harness.mutation.roots import MUTANT_FILE
from terraform_harness.terraform.workspace import WorkspaceError

HCL = """
resource "aws_db_instance" "main" {
  storage_encrypted = true
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = "sg-1"
  ip_protocol       = "tcp"
  cidr_ipv4         = "10.0.0.0/16"
  from_port         = 443
  to_port           = 443
}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "main.tf").write_text(HCL)
    return folder


@pytest.mark.feature("H5", "H11")
def test_rules_detect_a_rule_that_is_open_to_the_internet(root: Path) -> None:
    results = run(
        [root], detectors={"rules": detectors.rules}, keep=lambda mutant: mutant.operator == "open_to_internet"
    )
    assert [result.survived for result in results] == [False]
    assert (root / "main.tf").read_text() == HCL
    assert [file.name for file in root.iterdir()] == ["main.tf"], "the original is not changed"


@pytest.mark.feature("H5", "H11")
@pytest.mark.parametrize(
    ("operator", "override", "text"),
    [
        ("flip_switch", {"aws_db_instance": {"main": {"storage_encrypted": False}}}, "https"),
        ("drop_key", {"aws_db_instance": {"main": {"kms_key_id": None}}}, "https"),
        ("drop_rule", None, "aws_db_instance"),
    ],
)
def test_mutant_changes_one_resource_of_a_copy(
    root: Path, operator: str, override: dict[str, object] | None, text: str
) -> None:
    written = []

    def look(folders: Sequence[Path]) -> frozenset[str]:
        (folder,) = folders
        file = folder / MUTANT_FILE
        written.append((json.loads(file.read_text())["resource"] if file.exists() else None, folder / "main.tf"))
        assert text in (folder / "main.tf").read_text()
        assert ("aws_vpc_security_group_ingress_rule" in (folder / "main.tf").read_text()) is (
            operator != "drop_rule" or len(written) == 1
        )
        return frozenset()

    run([root], detectors={"look": look}, keep=lambda mutant: mutant.operator == operator)
    assert [found for found, _ in written] == [None, override], "the original, then the mutant"


@pytest.mark.feature("H5")
def test_file_that_is_not_hcl_is_named(root: Path) -> None:
    (root / "broken.tf").write_text('resource "aws_vpc" "main" {\n  cidr_block = \n}\n')
    with pytest.raises(WorkspaceError, match=r"broken\.tf: not HCL: .* Fix: run `terraform validate` in"):
        run([root], detectors={"rules": detectors.rules})
