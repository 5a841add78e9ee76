"""Credentials and the account of an environment."""

from __future__ import annotations

import pytest

from operations.account import Account
from operations.errors import PreconditionError
from tests.unit.operations.cloud import Cloud


@pytest.mark.feature("E4")
def test_credentials_of_another_account_are_rejected(empty_account: Account) -> None:
    certificate = "arn:aws:acm:eu-central-1:999999999999:certificate/0000"
    environment = Cloud.environment(account_id="999999999999", load_balancer={"certificate_arn": certificate})
    other = Cloud.account_of(environment)
    with pytest.raises(
        PreconditionError, match=r"dev is in account 999999999999, the credentials belong to 123456789012"
    ):
        other.guard()
    assert empty_account.guard() is empty_account
