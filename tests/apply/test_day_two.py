"""``make day-two``: the effect of every change, by plans of the real provider."""

from __future__ import annotations

import subprocess
import sys

import pytest
from terraform_harness.tools import require

from local.repository import ROOT


@pytest.mark.feature("E7", "C6")
@pytest.mark.long
def test_every_change_has_its_declared_effect() -> None:
    require("terraform", "provider-mirror")
    done = subprocess.run(
        [sys.executable, "-m", "day_two"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr[-6000:]
    assert "every plan agrees with the declared effect. Next: make plan ENV=dev" in done.stdout
