"""The rules of the gate as detectors of mutants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terraform_harness.mutation import detectors, run

RULE = {"cidr_ipv4": "10.0.0.0/16", "from_port": 5432, "to_port": 5432, "ip_protocol": "tcp", "description": "why"}


@pytest.mark.feature("H5")
def test_rules_detect_a_database_port_open_to_the_internet(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    document = {"resource": {"aws_vpc_security_group_ingress_rule": {"r": RULE}}}
    (folder / "cdk.tf.json").write_text(json.dumps(document))
    (result,) = run(
        [folder], detectors={"rules": detectors.rules}, keep=lambda mutant: mutant.operator == "open_to_internet"
    )
    assert not result.survived
