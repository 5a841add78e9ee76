"""Policy documents and their conditions."""

from __future__ import annotations

import json

import pytest
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.iam.statement import Statement
from terraform_gate.testing import configuration_from


@pytest.mark.feature("P3")
def test_malformed_documents_are_rejected() -> None:
    configuration = configuration_from({"aws_vpc": {"v": {}}})
    for text in ("{", "[]", "{}", json.dumps({"Statement": [{"Effect": "Allow"}]}), json.dumps({"Statement": "x"})):
        with pytest.raises(MalformedError):
            statements_in(text, configuration)
    with pytest.raises(UnknownDocumentError):
        statements_in("${var.policy}", configuration)


@pytest.mark.feature("P3")
def test_optional_and_negated_conditions_do_not_narrow() -> None:
    key = "aws:sourceaccount"
    for operator, narrows in (
        ("StringEquals", True),
        ("ForAnyValue:StringLike", True),
        ("ArnLike", True),
        ("StringEqualsIfExists", False),
        ("ForAllValues:StringEquals", False),
        ("StringNotEquals", False),
        ("Null", False),
    ):
        statement = Statement(effect="Allow", conditions={operator: {key: ("1",)}})
        assert bool(statement.condition("aws:SourceAccount")) is narrows, operator
