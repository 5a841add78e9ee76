"""Commands for secrets: rotations that are rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run


@pytest.mark.feature("O2")
def test_unknown_rotation_lists_the_allowed_ones(folder: Path) -> None:
    code, _, err = run(folder, "rotate", "dev", "everything")
    allowed = "fernet, jwt, api, database, broker, oidc"
    assert (code, err) == (2, f"unknown secret 'everything'. Allowed: {allowed}. Fix: name one of them\n")


@pytest.mark.feature("O2")
def test_rotation_without_consent_changes_nothing(folder: Path, cloud: Cloud) -> None:
    before = cloud.read("jwt-secret")
    code, _, err = run(folder, "rotate", "dev", "jwt", given="n\n")
    assert (code, cloud.read("jwt-secret")) == (2, before)
    assert "nothing was rotated" in err
