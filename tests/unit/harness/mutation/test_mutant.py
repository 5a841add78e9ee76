"""Mutants that are written by hand may change several stacks; the originals stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from terraform_harness.mutation import run_mutants, written_mutant
from terraform_harness.mutation.detectors import assertions

STACKS: dict[str, Any] = {
    "network": {"resource": {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}}},
    "app": {"resource": {"aws_s3_bucket": {"b": {"force_destroy": False}}}},
}


def harm(stacks: dict[str, Any]) -> None:
    stacks["app"]["resource"]["aws_s3_bucket"]["b"]["force_destroy"] = True


@pytest.mark.feature("H5")
def test_written_mutant_holds_only_the_stacks_that_differ() -> None:
    before = json.dumps(STACKS)
    mutant = written_mutant("the bucket can be destroyed", STACKS, harm)
    assert mutant.documents.keys() == {"app"}
    assert str(mutant) == "written: the bucket can be destroyed"
    assert json.dumps(STACKS) == before


@pytest.mark.feature("H5")
def test_written_mutant_is_detected_by_assertions() -> None:
    def keeps_data(template: Any) -> None:
        template.none("aws_s3_bucket", force_destroy=True)

    mutant = written_mutant("the bucket can be destroyed", STACKS, harm)
    [result] = run_mutants([mutant], STACKS, detectors={"tests": assertions(keeps_data)})
    assert result.detected_by == {"tests: keeps_data app"}
