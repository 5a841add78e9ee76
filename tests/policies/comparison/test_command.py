"""A comparison lists what a change opens and closes, in every format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terraform_gate.gate.command import main

BASE = """
variable "action" { default = "s3:GetObject" }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_security_group" "db" { vpc_id = aws_vpc.v.id }
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.v.id
  egress {
    protocol    = -1
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_db_subnet_group" "db" { subnet_ids = [aws_subnet.s.id] }
resource "aws_db_instance" "db" {
  vpc_security_group_ids = [aws_security_group.db.id]
  db_subnet_group_name   = aws_db_subnet_group.db.name
}
resource "aws_lambda_function" "web" {
  vpc_config {
    subnet_ids         = [aws_subnet.s.id]
    security_group_ids = [aws_security_group.web.id]
  }
}
resource "aws_iam_role" "r" { name = "r" }
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.r.id
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = [var.action], Resource = "arn:aws:s3:::logs/*" },
    { Effect = "Deny", Action = "iam:*", Resource = "*" },
  ] })
}
"""
RULE = """
resource "aws_vpc_security_group_ingress_rule" "db" {
  security_group_id            = aws_security_group.db.id
  referenced_security_group_id = aws_security_group.web.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    wider = BASE.replace('"s3:GetObject"', '"s3:*"').replace(
        '{ Effect = "Deny", Action = "iam:*", Resource = "*" },', ""
    )
    for name, text in (("old", BASE), ("new", wider + RULE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    return tmp_path / "old", tmp_path / "new"


def _compared(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main(["compare", *map(str, arguments)])
    return code, capsys.readouterr().out


@pytest.mark.feature("P7")
def test_opened_connections_and_permissions_are_listed(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = folders
    code, text = _compared(capsys, old, new)
    assert code == 1, text
    assert [line for line in text.splitlines() if line.startswith("OPENS connection") and "tcp/5432" in line], text
    assert f"OPENS permission: allows aws_iam_role.r: s3:* on arn:aws:s3:::logs/* ({new / 'main.tf'}:30)" in text
    assert "OPENS permission: denies aws_iam_role.r: iam:* on *" in text
    assert text.splitlines()[-1] == "3 opened, 0 possibly opened, 0 closed"


@pytest.mark.feature("P7")
def test_change_that_only_closes_exits_0(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = folders
    code, text = _compared(capsys, new, old)
    assert (code, text.splitlines()[-1]) == (0, "0 opened, 0 possibly opened, 3 closed")
    assert _compared(capsys, old, old) == (0, "0 opened, 0 possibly opened, 0 closed\n")


@pytest.mark.feature("P7")
def test_permission_that_is_not_known_may_open(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = folders
    (new / "main.tf").write_text(BASE.replace("jsonencode(", "file("))
    code, text = _compared(capsys, old, new)
    assert code == 2
    assert "MAY OPEN permission: aws_iam_role.r: aws_iam_role_policy.p: the document is not known" in text


@pytest.mark.feature("P7")
def test_formats_for_programs_and_pull_requests(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, text = _compared(capsys, *folders, "--format", "json")
    assert {item["kind"] for item in json.loads(text)["changes"]} == {"connection", "permission"}
    _, text = _compared(capsys, *folders, "--format", "sarif")
    assert {item["level"] for item in json.loads(text)["runs"][0]["results"]} == {"error"}
    main(["compare", *map(str, folders), "--format", "markdown", "--output", str(tmp_path / "comment.md")])
    assert "### Opened" in (tmp_path / "comment.md").read_text()


@pytest.mark.feature("P5")
def test_folder_that_cannot_be_read_is_a_problem(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, text = _compared(capsys, folders[0], tmp_path / "nowhere")
    assert code == 2
    assert "PROBLEM" in text
    assert "nowhere: No such file or directory. Fix: name one that exists; " in text


LIMITED = """
resource "aws_iam_role" "limited" {
  name                 = "limited"
  permissions_boundary = "arn:aws:iam::111122223333:policy/limits"
}
"""
GRANT = """
resource "aws_kms_grant" "other" {
  key_id            = "0a1b"
  grantee_principal = "arn:aws:iam::999988887777:root"
  operations        = ["Decrypt"]
}
resource "aws_s3_object" "page" {
  bucket = "pages"
  key    = "index.html"
  acl    = "public-read"
}
resource "aws_schemas_registry_policy" "all" {
  registry_name = "all"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "schemas:*", Resource = "*" }] })
}
"""


@pytest.mark.feature("P7")
def test_grants_by_arguments_and_boundaries_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, text in ((old, LIMITED), (new, LIMITED.replace("limits", "more") + GRANT)):
        folder.mkdir()
        (folder / "main.tf").write_text(text)
    code, printed = _compared(capsys, old, new)
    assert code == 1
    opened = [line for line in printed.splitlines() if line.startswith("OPENS")]
    assert len(opened) == 4, printed
    for part in ("999988887777:root", "public-read", "schemas:*", "loses the permissions boundary"):
        assert any(part in line for line in opened), part
