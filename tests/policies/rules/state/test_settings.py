"""Rules about backends and providers read every form of these blocks, and compare the stacks of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.reading.inputs import read
from terraform_gate.rules.catalog import all_rules


def _findings(folder: Path) -> dict[tuple[str, str, str], str]:
    """Return the state rules' verdicts that are no pass: (rule, stack, address) -> message."""
    inputs = read([folder])
    assert not inputs.problems
    return {
        (rule.id, finding.resource.stack, finding.resource.address): f"{finding.verdict}: {finding.message}"
        for configuration in inputs.configurations()
        for rule in all_rules()
        if rule.id.startswith("AF_STATE_")
        for finding in rule.evaluate(configuration)
        if finding.verdict is not Verdict.PASS
    }


def _stack(folder: Path, name: str, *, bucket: str, key: str, account: str, **blocks: Any) -> None:
    backend = {"bucket": bucket, "key": key, "encrypt": True, "use_lockfile": True}
    document = {
        "terraform": {"backend": {"s3": backend}},
        "provider": {"aws": [{"allowed_account_ids": [account]}]},
        **blocks,
    }
    (folder / name).mkdir()
    (folder / name / "main.tf.json").write_text(json.dumps(document))


@pytest.mark.feature("P5")
def test_hcl_backend_and_every_provider_are_reported_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'provider "aws" {\n  allowed_account_ids = var.accounts\n}\n'
        'variable "accounts" {\n  default = ["111111111111"]\n}\n'
        'terraform {\n  backend "s3" {\n    encrypt = true\n  }\n}\n'
    )
    (tmp_path / "other.tf").write_text('# another provider\nprovider "aws" {\n  alias = "global"\n}\n')
    found = _findings(tmp_path)
    assert {(rule, address) for rule, _, address in found} == {
        ("AF_STATE_1", "terraform.backend.s3"),
        ("AF_STATE_6", "provider.aws.global"),
    }
    (configuration,) = read([tmp_path]).configurations()
    lines = {item.address: (item.file.name, item.line) for item in configuration.stacks[0].settings}
    assert lines["terraform.backend.s3"] == ("main.tf", 7)


@pytest.mark.feature("P5")
def test_two_stacks_with_one_key_are_found_though_neither_reads_the_other(tmp_path: Path) -> None:
    for name in ("one", "two"):
        _stack(tmp_path, name, bucket="state", key="prod.tfstate", account="111111111111")
    found = _findings(tmp_path)
    assert {(rule, stack) for rule, stack, _ in found} == {("AF_STATE_4", "one"), ("AF_STATE_4", "two")}
    assert "state/prod.tfstate" in found["AF_STATE_4", "one", "terraform.backend.s3"]


@pytest.mark.feature("P5")
def test_state_in_the_bucket_of_another_environment_is_found(tmp_path: Path) -> None:
    _stack(tmp_path, "dev", bucket="dev-state", key="dev", account="111111111111")
    _stack(tmp_path, "prod", bucket="dev-state", key="prod", account="333333333333")
    _stack(tmp_path, "prod-network", bucket="prod-state", key="network", account="333333333333")
    assert ("AF_STATE_4", "prod", "terraform.backend.s3") in _findings(tmp_path)


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("bucket", "key", "is_found"),
    [
        ("state-development", "app", True),
        ("state", "staging/app", True),
        ("state-prod", "prod/app", False),
        ("central", "app", False),
        ("product-state", "app", False),
    ],
)
def test_bucket_or_key_that_names_another_environment_is_found(
    bucket: str, key: str, is_found: bool, tmp_path: Path
) -> None:
    _stack(tmp_path, "prod-app", bucket=bucket, key=key, account="333333333333")
    assert (("AF_STATE_4", "prod-app", "terraform.backend.s3") in _findings(tmp_path)) is is_found


@pytest.mark.feature("P5")
def test_one_bucket_for_the_state_of_all_accounts_passes(tmp_path: Path) -> None:
    _stack(tmp_path, "dev", bucket="state", key="dev", account="111111111111")
    _stack(tmp_path, "prod", bucket="state", key="prod", account="333333333333")
    assert _findings(tmp_path) == {}


@pytest.mark.feature("P5")
def test_local_backend_passes_only_in_the_stack_that_creates_the_state_bucket(tmp_path: Path) -> None:
    bucket = {"aws_s3_bucket": {"state": {"bucket": "state"}}}
    for name, resources in (("bootstrap", bucket), ("other", {})):
        (tmp_path / name).mkdir()
        document = {"terraform": {"backend": {"local": {"path": "x.tfstate"}}}, "resource": resources}
        (tmp_path / name / "main.tf.json").write_text(json.dumps(document))
    _stack(tmp_path, "prod", bucket="state", key="prod", account="333333333333")
    assert set(_findings(tmp_path)) == {("AF_STATE_3", "other", "terraform.backend.local")}


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("value", "verdict"),
    [("${ephemeral.vault_secret.aws.key}", None), ("${var.secret}", "unknown"), ("k" * 40, "fail")],
)
def test_provider_credentials_pass_only_from_an_ephemeral_source(
    value: str, verdict: str | None, tmp_path: Path
) -> None:
    provider = {"aws": [{"secret_key": value, "allowed_account_ids": ["111111111111"]}]}
    (tmp_path / "main.tf.json").write_text(json.dumps({"provider": provider, "variable": {"secret": {}}}))
    found = [message.partition(":")[0] for message in _findings(tmp_path).values()]
    assert found == ([verdict] if verdict else [])
    assert "k" * 40 not in str(_findings(tmp_path))
