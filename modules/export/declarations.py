"""Reads the declarations in the ``.tf`` files of a module, which may have been changed by hand after the export."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_VERSION = re.compile(r'^ *(required_version|version) *= *"(.*)"$', re.MULTILINE)


def as_declared(interface: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """``interface`` without variables, outputs and resources that no file declares, plus declared ones that it lacks.

    Args:
        interface: the content of ``interface.json``.
        files: the ``.tf`` files by name; without any, ``interface`` is unchanged.
    """
    if not files:
        return dict(interface)
    text = "\n".join(files.values())
    variables = dict(re.findall(r'^variable "([\w-]+)" \{(.*?)^\}', text, re.MULTILINE | re.DOTALL))
    outputs = set(re.findall(r'^output "([\w-]+)"', text, re.MULTILINE))
    resources = {".".join(pair) for pair in re.findall(r'^resource "([\w-]+)" "([\w-]+)"', text, re.MULTILINE)}
    return {
        **interface,
        "requires": interface.get("requires", {}) | _requirements(files.get("versions.tf", "")),
        "inputs": {name: interface["inputs"].get(name) or _by_hand(body) for name, body in variables.items()},
        "outputs": {name: interface["outputs"].get(name, "") for name in outputs},
        "resources": {address: interface["resources"].get(address, {}) for address in resources},
    }


def _requirements(text: str) -> dict[str, str]:
    names = {"required_version": "terraform", "version": "aws"}
    return {names[key]: value for key, value in _VERSION.findall(text)}


def _by_hand(body: str) -> dict[str, Any]:
    """The interface of a variable that was added to the files by hand."""
    kind = re.search(r"^  type *= *(.*)$", body, re.MULTILINE)
    default = re.search(r"^  default *= *(.*)$", body, re.MULTILINE)
    found: dict[str, Any] = {"type": kind[1] if kind else "any", "required": default is None, "accepted": []}
    return {**found, "default": default[1]} if default else found
