"""The upgrade proof of a release: new modules planned over applied old ones, with the real provider."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from terraform_harness.tools import require

from environments import load
from environments.load import HOME
from modules.export import write
from modules.export.upgrade_proof import prove

MOVED = "moved {\n  from = aws_kms_key.this\n  to   = aws_kms_key.key\n}\n"


@pytest.mark.feature("M9")
def test_a_renamed_resource_is_destroyed_unless_a_moved_block_keeps_it(tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    old, new = tmp_path / "old", tmp_path / "new"
    (module,) = write.modules(write.sources(["encryption-key"]), structure=load(HOME / "prod.yaml"))
    write.write(old / module.name, write.content(module))
    shutil.copytree(old, new)
    for file in (new / module.name).glob("*.tf"):
        text = file.read_text().replace("aws_kms_key.this", "aws_kms_key.key")
        text = text.replace('"aws_kms_key" "this"', '"aws_kms_key" "key"')
        file.write_text(text.replace('"aws_kms_alias" "alias"', '"aws_kms_alias" "name"'))
    (new / module.name / "moved.tf").write_text(MOVED)
    proof = prove(old, new, [module.name])
    assert proof.destroyed == proof.of(module.name).destroyed == ["module.encryption_key.aws_kms_alias.alias"]
    assert str(proof) == "1 to add, 0 to change, 1 to destroy"
