"""The permissions boundary of an environment's roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from terraform_gate.iam.decision import Context, Policy
from terraform_gate.iam.statement import Statement

from modules.core.grants import RoleSettings
from modules.core.role_boundary import boundary_statements
from tests.reading import statements
from tests.synthesis import deployed
from tests.unit.modules.variants import CHEAP, CUSTOM, LARGE, OPEN

ROLES = RoleSettings(account_id="111111111111", region="eu-central-1", path="/airflow/")
VARIANTS: dict[str, dict[str, Any]] = {
    "large": LARGE,
    "custom": {key: value for key, value in CUSTOM.items() if key not in {"state", "iam"}},
    "cheap": CHEAP,
    "open": {"load_balancer": OPEN},
    "tokens-releases": {"database": {"authentication": "iam"}, "dags": {"delivery": "s3"}},
}


POLICY = "aws_iam_role_policy"


def _granted(variant: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Address of the policy, action and resource of each grant of an environment."""
    deployment = deployed(**variant)
    for policy in (
        *deployment.template_of("foundation").of_type(POLICY),
        *deployment.template_of("airflow").of_type(POLICY),
    ):
        for statement in statements(policy.values["policy"]):
            yield from (
                (policy.address, action, arn) for action in statement["Action"] for arn in statement["Resource"]
            )


@pytest.mark.feature("I4")
@pytest.mark.parametrize("variant", VARIANTS)
def test_boundary_permits_every_grant_of_an_environment(variant: str) -> None:
    boundary = Policy.parse({"Version": "2012-10-17", "Statement": boundary_statements("airflow", ROLES)})
    unknown = Context({}, is_complete=False)
    grants = list(_granted(VARIANTS[variant]))
    assert len(grants) > 20
    for address, action, arn in grants:
        covering = boundary.covering(action.lower())
        assert covering, f"{address}: {action}"
        known = "${" not in arn
        fits = any(item.applies(arn, unknown, is_pattern="*" in arn) is not False for item in covering)
        assert fits or not known, f"{address}: {action} on {arn}"


@pytest.mark.feature("I4")
def test_boundary_permits_no_change_of_iam_and_reads_no_state() -> None:
    statements = [Statement("Allow", tuple(item["Action"])) for item in boundary_statements("airflow", ROLES)]
    actions = {action for item in statements for action in item.actions}
    assert {action for action in actions if action.startswith(("iam:", "sts:"))} == {"iam:PassRole"}
    assert not [action for action in actions if "*" in action]
    boundary = Policy.parse({"Version": "2012-10-17", "Statement": boundary_statements("airflow", ROLES)})
    state = "arn:aws:s3:::airflow-fargate-state-111111111111/airflow-fargate/dev-airflow.tfstate"
    assert not [item for item in boundary.covering("s3:getobject") if item.applies(state, Context({})) is not False]
    release = "arn:aws:s3:::airflow-dev-dags-111111111111/current.json"
    assert [item for item in boundary.covering("s3:getobject") if item.applies(release, Context({}))]
    assert not [item for item in boundary.covering("s3:putobject") if item.applies(release, Context({})) is not False]
