"""The parts of the demo that need no emulator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terraform_harness.terraform import workspace

from local.demo import account_of

ALLOWED = {"allowed_account_ids": ["111111111111"]}


@pytest.mark.feature("O1")
@pytest.mark.parametrize("blocks", [[ALLOWED], ALLOWED, [{"alias": "other"}, ALLOWED]], ids=["list", "object", "alias"])
def test_account_is_that_of_the_default_provider(blocks: object, tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"provider": {"aws": blocks}}))
    assert account_of(workspace.read(tmp_path)) == "111111111111"
