"""The variables of a module, in ``variables.tf`` or in files by subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from modules.export import hcl
from modules.export.examples import NOT_GIVEN
from modules.export.inputs import Input

LONGEST_FILE = 400
SEVERAL, LONG_VARIABLE = 4, 80


def variable_files(inputs: Sequence[Input]) -> dict[str, str]:
    """The text of each file by name; required variables come first.

    More variables than fit into a file are divided by their first word: ``variables_alarms.tf``; those of a word that
    do not fit either, by their second word. A long variable has its own file.
    """
    ordered = sorted(inputs, key=lambda item: (not item.required, item.name))
    if _fits(ordered):
        return {"variables.tf": _file(ordered)}
    own = {f"variables_{item.name}.tf": _file([item]) for item in ordered if _is_long(item)}
    divided = {
        f"{'_'.join(('variables', *words))}.tf": _file(items)
        for subject, first in _by_subject([item for item in ordered if not _is_long(item)], words=1).items()
        for words, items in ({subject: first} if _fits(first) else _by_subject(first, words=2)).items()
    }
    return own | divided


def _is_long(item: Input) -> bool:
    return _variable(item).count("\n") > LONG_VARIABLE


def _fits(inputs: Sequence[Input]) -> bool:
    return _file(inputs).count("\n") <= LONGEST_FILE


def _by_subject(inputs: Sequence[Input], *, words: int) -> dict[tuple[str, ...], list[Input]]:
    """Variables by the first words of their names; a few variables of the same subject stay without one."""
    counts = Counter(_subject(item, words) for item in inputs)
    found: dict[tuple[str, ...], list[Input]] = {}
    for item in inputs:
        subject = _subject(item, words)
        found.setdefault(subject if counts[subject] >= SEVERAL else subject[: words - 1], []).append(item)
    return dict(sorted(found.items()))


def _subject(item: Input, words: int) -> tuple[str, ...]:
    return ("foundation",) if "module.foundation" in str(item.example) else tuple(item.name.split("_")[:words])


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
        lines += ["", "validation {", *(f"  {line}" if line else "" for line in hcl.attributes(checked)), "}"]
    return "\n".join([f'variable "{item.name}" {{', *(f"  {line}" if line else "" for line in lines), "}"])
