"""Environments of one account that need different bootstrap settings are rejected."""

from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from environments.load import from_data
from environments.rules.cross_environment import violations
from tests.unit.environments.cases import SMALLEST, changed

FIRST, SECOND = "alpha", "beta"
OIDC = {"iam": {"oidc": {"github_repository": "example/infra"}}}
OTHER_ACCOUNT = {
    "account_id": "222222222222",
    "state": {"bucket": "another-bucket"},
    "load_balancer": {"certificate_arn": "arn:aws:acm:eu-central-1:222222222222:certificate/0000"},
}


def environment(name: str, second_octet: int, **changes: Any) -> Environment:
    own = {"name": name, "production": False, "network": {"cidr": f"10.{second_octet}.0.0/16"}}
    return from_data(changed(SMALLEST, {**own, **changes}), source=name)


@pytest.mark.feature("E5")
@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"state": {"bucket": "another-bucket"}}, "state.bucket", "got 'another-bucket'"),
        ({"state": {"region": "eu-west-1"}}, "state.region", "got 'eu-west-1'"),
        ({"iam": {"oidc": {"github_repository": "example/other"}}}, "iam.oidc", "got github_repository: example/other"),
    ],
)
def test_other_bootstrap_settings_in_one_account_are_rejected(changes: dict[str, Any], path: str, message: str) -> None:
    first, second = environment(FIRST, 1, **OIDC), environment(SECOND, 2, **{**OIDC, **changes})
    (problem,) = violations([first, second])[SECOND]
    assert problem.path == path
    assert "as in alpha, because account 111111111111 has only one bootstrap stack, got" in problem.message
    assert message in problem.message


@pytest.mark.feature("E5")
def test_oidc_may_be_set_in_one_environment_of_an_account_only() -> None:
    assert violations([environment(FIRST, 1), environment(SECOND, 2, **OIDC)]) == {}


@pytest.mark.feature("E5")
def test_environments_of_other_accounts_have_their_own_bootstrap_settings() -> None:
    other = environment(SECOND, 2, **OTHER_ACCOUNT)
    assert violations([environment(FIRST, 1), other]) == {}
