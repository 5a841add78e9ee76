"""Every form of importing a submodule is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from cdktf_fast_bindings.import_scan import submodules_in_use

PACKAGE = "cdktf_cdktf_provider_aws"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"from {PACKAGE}.vpc import Vpc", {f"{PACKAGE}.vpc"}),
        (
            f"from {PACKAGE}.ecs_service import (\n  EcsService,\n  EcsServiceVolume as V,\n)",
            {f"{PACKAGE}.ecs_service"},
        ),
        (f"from {PACKAGE} import vpc, subnet as s", {f"{PACKAGE}.vpc", f"{PACKAGE}.subnet"}),
        (f"import {PACKAGE}.vpc, os, {PACKAGE}.subnet as s", {f"{PACKAGE}.vpc", f"{PACKAGE}.subnet"}),
        (f"def later():\n    from {PACKAGE}.vpc import Vpc", {f"{PACKAGE}.vpc"}),
        (f"import {PACKAGE}", set()),
        (f"text = 'from {PACKAGE}.vpc import Vpc'  # {PACKAGE}.subnet", set()),
        ("from cdktf_cdktf_provider_aws_other.vpc import Vpc", {"cdktf_cdktf_provider_aws_other.vpc"}),
        ("from cdktf_cdktf_provider_random.pet import Pet", {"cdktf_cdktf_provider_random.pet"}),
        ("import cdktn_provider_aws.vpc", {"cdktn_provider_aws.vpc"}),
        ("import my_provider_aws.vpc", set()),
        (f"from .{PACKAGE} import vpc", set()),
        (f"from {PACKAGE}.vpc import (", set()),
        (f"from {PACKAGE}.vpc import Vpc\0", set()),
        ("", set()),
    ],
)
def test_imported_submodules_are_found(tmp_path: Path, text: str, expected: set[str]) -> None:
    (tmp_path / "sample.py").write_text(text)
    assert submodules_in_use([tmp_path]) == expected
    assert submodules_in_use([tmp_path / "sample.py"]) == expected


def test_folders_are_searched_recursively_and_missing_folders_skipped(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "one.py").write_text(f"from {PACKAGE}.vpc import Vpc")
    (tmp_path / "a" / "two.py").write_text(f"from {PACKAGE}.subnet import Subnet")
    assert submodules_in_use([tmp_path, tmp_path / "none"]) == {f"{PACKAGE}.vpc", f"{PACKAGE}.subnet"}
