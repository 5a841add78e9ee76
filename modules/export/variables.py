"""The variables of a module, in ``variables.tf`` or in files by subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from modules.export import hcl
from modules.export.examples import NOT_GIVEN
from modules.export.inputs import Input

LONGEST_FILE = 400
SEVERAL = 4


def variable_files(inputs: Sequence[Input]) -> dict[str, str]:
    """The text of each file by name; required variables come first.

    More variables than fit into a file are divided by their first word: ``variables_workers.tf``.
    """
    ordered = sorted(inputs, key=lambda item: (not item.required, item.name))
    whole = _file(ordered)
    if whole.count("\n") <= LONGEST_FILE:
        return {"variables.tf": whole}
    counts = Counter(_subject(item) for item in ordered)
    names = {item.name: _subject(item) if counts[_subject(item)] >= SEVERAL else "" for item in ordered}
    return {
        f"variables_{subject}.tf" if subject else "variables.tf": _file(
            [item for item in ordered if names[item.name] == subject]
        )
        for subject in sorted(set(names.values()))
    }


def _subject(item: Input) -> str:
    return "foundation" if "module.foundation" in str(item.example) else item.name.partition("_")[0]


def _file(inputs: Sequence[Input]) -> str:
    return "\n\n".join(_variable(item) for item in inputs) + "\n"


def _variable(item: Input) -> str:
    values = {"description": hcl.value(item.description), "type": item.type}
    if item.default is not NOT_GIVEN:
        values["default"] = hcl.value(item.default)
    if item.sensitive:
        values["sensitive"] = "true"
    lines = hcl.attributes({**values, "nullable": hcl.value(item.default is None)})
    for rule in item.rules:
        checked = {"condition": rule.condition, "error_message": hcl.value(rule.message)}
        lines += ["", "validation {", *(f"  {line}" for line in hcl.attributes(checked)), "}"]
    return "\n".join([f'variable "{item.name}" {{', *(f"  {line}" if line else "" for line in lines), "}"])
