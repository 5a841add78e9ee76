"""Reads the files of a configuration: HCL, Terraform JSON and values of variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from terraform_gate.reading.depth import is_too_deep
from terraform_gate.reading.hcl_document import arguments_of, document_of
from terraform_gate.reading.hcl_syntax import HclError
from terraform_gate.reading.json_file import UnreadableError, read_json, read_text


def read_hcl(file: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """Read a ``*.tf`` file as Terraform JSON, and the line of each block.

    Raises:
        UnreadableError: The file is missing, is not text, or is not HCL (with the line).
    """
    text = read_text(file)
    try:
        document, lines = document_of(text)
    except (HclError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UnreadableError(file, f"not HCL: {reason}") from error
    if is_too_deep(document):
        raise UnreadableError(file, "nested too deeply")
    return document, lines


def variable_values(folder: Path) -> dict[str, Any]:
    """Read the values that Terraform loads automatically: ``terraform.tfvars``, then ``*.auto.tfvars``, also as JSON.

    Raises:
        UnreadableError: One of the files cannot be read.
    """
    names = ["terraform.tfvars", "terraform.tfvars.json"]
    files = [folder / name for name in names if (folder / name).is_file()]
    files += sorted(file for end in ("", ".json") for file in folder.glob(f"*.auto.tfvars{end}"))
    values: dict[str, Any] = {}
    for file in files:
        values |= _values(file)
    return values


def _values(file: Path) -> Mapping[str, Any]:
    if file.suffix == ".json":
        document = read_json(file)
        if not isinstance(document, Mapping):
            raise UnreadableError(file, f"an object is expected, got {type(document).__name__}")
        return document
    try:
        return arguments_of(read_text(file))
    except (HclError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UnreadableError(file, f"not HCL: {reason}") from error
