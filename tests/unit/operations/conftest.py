"""The AWS account of an environment in moto, empty or with the resources of both stacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from moto import mock_aws
from moto.kms import models
from terraform_harness.emulator.patches import patch

from environments.load import HOME
from operations.account import Account
from operations.commands import checks, shared
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.cloud_resources import CLIENTS

# Generating keys takes half of the time of a test; no test uses the key itself.
one_key = cache(models.generate_private_key)


@pytest.fixture
def empty_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An empty account. Waiting takes no time."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "moto",
        "AWS_SECRET_ACCESS_KEY": "moto",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "MOTO_ECS_SERVICE_RUNNING": "1",
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for replaced in patch.PATCHES.values():
        monkeypatch.setattr(replaced.owner, replaced.method, replaced.handler, raising=False)
    monkeypatch.setattr(models, "generate_private_key", one_key)
    CLIENTS.pending = {}
    with mock_aws():
        yield Cloud.account_of(Cloud.environment())


@pytest.fixture
def cloud(empty_account: Account) -> Cloud:
    """The account after both stacks were applied."""
    found = Cloud(empty_account)
    found.build()
    return found


@pytest.fixture
def folder(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the file of the environment whose account ``cloud`` is."""
    environment = cloud.account.environment
    data = json.loads(environment.model_dump_json(exclude_unset=True))
    (tmp_path / "dev.yaml").write_text(yaml.safe_dump(data))

    def account(_environment: object, folder: Path = HOME) -> Account:
        found = Cloud.account_of(environment)
        found.folder = folder
        return found

    for module in (checks, shared):
        monkeypatch.setattr(module, "Account", account)
    return tmp_path
