"""Each patch of the emulator: moto gives the right response with the patch, and a wrong one without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws
from terraform_harness.emulator.patches import PATCHES

from tests.apply.emulator_probes import (
    account,  # noqa: F401
    caches,  # noqa: F401
    containers,  # noqa: F401
    network,  # noqa: F401
    stores,  # noqa: F401
)  # an import adds the probes of the module to PROBES
from tests.apply.emulator_probes.probe import PROBES, REGION, Client

pytestmark = pytest.mark.filterwarnings("ignore:Exception.NotEmulated:UserWarning")


@contextmanager
def patched(*, without: str = "") -> Iterator[Client]:
    """Give an empty account with every patch applied, except ``without``; moto is restored at the end."""
    before = {name: vars(replaced.owner).get(replaced.method) for name, replaced in PATCHES.items()}
    for name, replaced in PATCHES.items():
        if name != without:
            replaced.apply()
    try:
        with mock_aws():
            config = Config(retries={"total_max_attempts": 1})
            yield lambda service: boto3.client(service, region_name=REGION, config=config)
    finally:
        for name, replaced in PATCHES.items():
            if before[name] is not None:
                setattr(replaced.owner, replaced.method, before[name])
            elif replaced.method in vars(replaced.owner):
                delattr(replaced.owner, replaced.method)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "emulator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulator")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.mark.feature("H3")
@pytest.mark.parametrize("name", sorted(PATCHES))
def test_probe_passes_with_the_patch_and_fails_without_it(name: str) -> None:
    probe_patch = PROBES[name]
    with patched() as aws:
        probe_patch(aws)
    with (
        patched(without=name) as aws,
        pytest.raises((AssertionError, ClientError, BotoCoreError, NotImplementedError, KeyError, TypeError)),
    ):
        probe_patch(aws)


@pytest.mark.feature("H3")
def test_every_patch_has_a_reason_and_a_probe() -> None:
    assert all(len(replaced.reason) > 20 for replaced in PATCHES.values())
    assert PROBES.keys() == PATCHES.keys()
