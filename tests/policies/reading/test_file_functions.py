"""Functions that read files of the configuration."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from terraform_gate.reading.expression import is_known

from tests.policies.reading.hcl_folder import value_of


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('file("${path.module}/text")', "a $${x}"),
        ('templatefile("template", { name = upper("b"), list = [1, 2] })', "B-2 $${x}"),
        ('yamldecode(file("a.yaml"))["Action"][0]', "s3:*"),
        ('try(file("none"), "other")', "other"),
        ('templatefile("list", { names = ["a", "b"], on = true })', '["a","b"]'),
        ('templatefile("list", { names = [], on = false })', "none"),
        ("<<-T\n%{ for k, v in { b = 1, a = 2 } ~}\n${k}=${v};\n%{ endfor ~}\nend\nT", "a=2;\nb=1;\nend\n"),
    ],
)
def test_file_of_the_configuration_has_its_content(tmp_path: Path, expression: str, value: str) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "text").write_text("a ${x}")
    (folder / "template").write_text("${name}-${length(list)} $${x}")
    loop = '[%{ for i, name in names }%{ if i > 0 },%{ endif }"${name}"%{ endfor }]'
    (folder / "list").write_text(f"%{{ if on ~}}\n{loop}%{{ else }}none%{{ endif }}")
    (folder / "a.yaml").write_text("Action: ['s3:*']")
    assert value_of(folder, expression) == value


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    "expression",
    [
        *(
            'file("/etc/hostname")',
            'file("../../outside")',
            'file(".")',
            'file("pipe")',
            'file("large")',
            "file(var.given)",
        ),
        *(
            'templatefile("open", {})',
            'templatefile("bad", {})',
            'templatefile("unknown", { a = var.given })',
            'file("binary")',
            'templatefile("template", {})',
            'templatefile("circle", {})',
            'templatefile("template", 1)',
        ),
        *(
            'yamldecode("a: &a 1\\nb: *a")',
            'yamldecode("a: 2026-01-01")',
            'yamldecode("a: [")',
            "yamldecode(var.given)",
        ),
    ],
)
def test_file_that_cannot_be_read_is_unknown(tmp_path: Path, expression: str) -> None:
    folder = tmp_path / "stacks" / "app"
    folder.mkdir(parents=True)
    (tmp_path / "outside").write_text("secret")
    (folder / "template").write_text("${name}")
    (folder / "open").write_text("%{ if true }a")
    (folder / "bad").write_text("%{ while true }a%{ endwhile }")
    (folder / "unknown").write_text("%{ if a }a%{ endif }")
    (folder / "circle").write_text('${templatefile("circle", {})}')
    (folder / "large").write_bytes(b"a" * (1024 * 1024 + 1))
    (folder / "binary").write_bytes(b"\xff\xfe")
    os.mkfifo(folder / "pipe")
    assert not is_known(value_of(folder, expression))
