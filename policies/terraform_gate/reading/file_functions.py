"""The functions of Terraform that read files of the configuration, and the formats of such files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from terraform_gate.reading.expression import escaped, is_known
from terraform_gate.reading.values import MissingError, UnknownError

_MOST_BYTES = 1024 * 1024


def file_text(path: Any, bindings: Mapping[str, Any]) -> str:
    """Read a text file as ``file`` and ``templatefile`` do; a relative path starts at the root module.

    Args:
        path: The path.
        bindings: The value of ``path`` in the expressions of the module.

    Raises:
        UnknownError: The path is not known, or it is no text file of at most 1 MiB near the configuration.
        MissingError: There is no such file.
    """
    folders = bindings.get("path")
    if not isinstance(path, str) or not is_known(path) or not isinstance(folders, Mapping):
        raise UnknownError("path")
    root, module = (Path(str(folders[name])).resolve() for name in ("root", "module"))
    try:
        file = (root / path).resolve()
        if not any(file.is_relative_to(base) for base in (root.parent, module.parent)):
            raise UnknownError("a file outside of the configuration")
        if not file.exists():
            raise MissingError(path)
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            raise UnknownError("no text file of at most 1 MiB")
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UnknownError(str(error)) from error


def literal_text(path: Any, bindings: Mapping[str, Any]) -> Any:
    """Return the text of a file, in which ``${`` has no meaning."""
    return escaped(file_text(path, bindings))


def yaml_value(text: Any) -> Any:
    """Parse YAML; dates, aliases and other values that JSON lacks are unknown.

    Raises:
        UnknownError: The text is not known, or is no such YAML.
    """
    if not isinstance(text, str) or not is_known(text) or len(text) > _MOST_BYTES:
        raise UnknownError("yamldecode")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise UnknownError("an alias")
        return json.loads(json.dumps(yaml.safe_load(text), allow_nan=False))
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise UnknownError(str(error)) from error
