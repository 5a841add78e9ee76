"""Account and region of the emulator come from the providers of the stacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.pytest_plugin import provider_setting


def write(folder: Path, **stacks: dict[str, Any]) -> None:
    for name, provider in stacks.items():
        (folder / name).mkdir()
        (folder / name / "cdk.tf.json").write_text(json.dumps({"provider": {"aws": [provider]}}))


def test_account_and_region_of_the_provider_are_used(tmp_path: Path) -> None:
    provider = {"region": "eu-west-3", "allowed_account_ids": ["222222222222"]}
    write(tmp_path, one=provider, two={"region": "${var.region}"})
    assert provider_setting(tmp_path, "region") == "eu-west-3"
    assert provider_setting(tmp_path, "allowed_account_ids") == "222222222222"


def test_region_of_an_hcl_root_is_used(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "main.tf").write_text('provider "aws" {\n  region = "eu-west-3"\n}\n')
    assert provider_setting(tmp_path, "region") == "eu-west-3"
    assert provider_setting(tmp_path, "allowed_account_ids") is None


def test_contradicting_providers_name_the_option(tmp_path: Path) -> None:
    write(tmp_path, one={"region": "eu-west-1"}, two={"region": "eu-west-3"})
    with pytest.raises(pytest.UsageError, match=r"eu-west-1, eu-west-3\. Fix: choose one with --emulated-region"):
        provider_setting(tmp_path, "region")
