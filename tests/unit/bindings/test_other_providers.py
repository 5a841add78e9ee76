"""Provider packages other than AWS are loaded in the same way, and synthesize the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bindings_runs import files, finish, start

PACKAGE = "cdktf_cdktf_provider_random"
MODES = ("lean", "ordinary")
PROGRAM = f"""
import sys
from pathlib import Path
import cdktf_fast_bindings
cdktf_fast_bindings.install(sources=[Path(__file__)])
from cdktf import App, TerraformOutput, TerraformStack
from {PACKAGE}.pet import Pet
from {PACKAGE}.provider import RandomProvider
app = App(outdir=sys.argv[1])
stack = TerraformStack(app, "one")
RandomProvider(stack, "random")
TerraformOutput(stack, "name", value=Pet(stack, "pet", length=2).id)
app.synth()
print(cdktf_fast_bindings.loaded("{PACKAGE}").value, "{PACKAGE}.uuid" in sys.modules)
"""


@pytest.mark.feature("M7")
def test_other_provider_loads_only_what_is_used(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    program, out = str(tmp_path / "main.py"), str(tmp_path / "out")
    processes = {mode: start(tmp_path / "cache", program, f"{out}-{mode}", mode=mode) for mode in MODES}
    printed = {mode: finish(process)[0] for mode, process in processes.items()}
    assert printed == {"lean": "lean False", "ordinary": "ordinary True"}
    assert files(tmp_path / "out-lean") == files(tmp_path / "out-ordinary") != {}
