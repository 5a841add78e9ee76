"""A feature without its extra names the extra."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_harness import extras, policy_gate
from terraform_harness.emulator import Emulator


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)


def test_emulator_without_its_extra_names_it() -> None:
    with pytest.raises(extras.MissingExtra, match=r"moto, .* Fix: pip install 'terraform-harness\[emulator\]'"):
        Emulator(account_id="111111111111").start()


def test_policy_gate_without_its_extra_names_it(tmp_path: Path) -> None:
    with pytest.raises(
        extras.MissingExtra, match=r"terraform_gate .* Fix: pip install 'terraform-harness\[policies\]'"
    ):
        policy_gate.check([tmp_path], folder=tmp_path)
