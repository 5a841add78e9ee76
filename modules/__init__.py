"""Constructs: one file, one construct, one exportable Terraform module."""

from pathlib import Path

from cdktf_fast_bindings import loading

_PACKAGE = Path(__file__).resolve().parent
loading.install(sources=[_PACKAGE, _PACKAGE.parent / "main.py"])
