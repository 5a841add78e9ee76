"""The generated files are current."""

from __future__ import annotations

import json
import re

import pytest

from environments import generated_files


@pytest.mark.feature("E1")
def test_generated_files_are_current() -> None:
    assert generated_files.is_current(generated_files.SCHEMA_FILE, generated_files.schema_text()), (
        "python -m environments schema"
    )
    assert generated_files.is_current(generated_files.DOCS_FILE, generated_files.docs_text()), (
        "python -m environments docs"
    )
    assert generated_files.without_modeline(generated_files.HOME) == []


@pytest.mark.feature("M2")
def test_every_key_has_a_description_and_a_time_of_decision() -> None:
    schema = json.loads(generated_files.schema_text())
    for section in [schema, *schema["$defs"].values()]:
        for name, key in section["properties"].items():
            assert key["decided"] in {"synth", "plan"}, name
            assert key["description"], name


@pytest.mark.feature("E1")
def test_code_spans_of_the_reference_contain_no_html_entities() -> None:
    spans = re.findall(r"`[^`\n]*`", generated_files.docs_text())
    assert "`<name>.<anything>`" in spans
    assert [span for span in spans if "&lt;" in span or "&gt;" in span] == []
