"""Folders with HCL, read by the gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.inputs import Inputs, read

BLOCKS = """
variable "cidr" { default = "10.0.0.0/16" }
variable "ports" { default = { ssh = 22, web = 443 } }
variable "names" { default = ["b", "a", "b"] }
variable "given" {}
locals {
  flags   = { x = true, y = false }
  on      = [for name, flag in local.flags : name if flag]
  by_port = { for name, port in var.ports : port => upper(name) }
  partly  = { Allow = "*", Resource = aws_s3_bucket.b.arn }
}
resource "aws_s3_bucket" "b" { bucket = "logs" }
resource "aws_subnet" "two" {
  count      = 2
  cidr_block = cidrsubnet(var.cidr, 8, count.index)
}
"""


def written(folder: Path, *, main: str) -> Inputs:
    """Read a folder with ``main`` in ``main.tf``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.tf").write_text(main, encoding="utf-8")
    return read([folder])


def value_of(folder: Path, expression: str) -> Any:
    """Return the value of an expression after ``BLOCKS``."""
    inputs = written(folder, main=f'{BLOCKS}\nresource "aws_vpc" "main" {{\n  tag = {expression}\n}}\n')
    assert not inputs.problems
    return inputs.configurations()[0].of_type("aws_vpc")[0].body["tag"]


def addresses(configuration: Configuration) -> set[str]:
    """Return the addresses of the resources."""
    return {resource.address for resource in configuration.resources.values()}
