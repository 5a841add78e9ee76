"""References of synthesized stacks resolve without an apply."""

from __future__ import annotations

from local.compose.references import References


def test_references_resolve_over_stacks_and_escapes_are_undone() -> None:
    foundation = {
        "resource": {"aws_ssm_parameter": {"key": {"name": "/airflow/dev/key"}}, "aws_db_instance": {"the_db": {}}},
        "output": {
            "key": {"value": "${aws_ssm_parameter.key.arn}"},
            "version": {"value": "${tostring(aws_ssm_parameter.key.version)}"},
            "host": {"value": "${aws_db_instance.the_db.address}"},
        },
    }
    references = References(stack={"resource": {}}, others={"foundation": foundation})
    outputs = "data.terraform_remote_state.foundation.outputs"
    text = f"${{{outputs}.key}}|${{{outputs}.version}}|${{{outputs}.host}}|$${{HOME}}|%%{{x}}"
    assert references.text(text) == "/airflow/dev/key|1|the-db|${HOME}|%{x}"
