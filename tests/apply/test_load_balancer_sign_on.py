"""The client secret at the load balancer: set outside of Terraform, in no state, and no difference in the next plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from terraform_harness.emulator import Emulator
from terraform_harness.terraform import workspace
from terraform_harness.terraform.run import Terraform
from terraform_harness.tools import require

from environments.load import from_data
from operations import load_balancer_sign_on
from operations.account import Account
from operations.parameters import Parameters
from tests import listener_rules
from tests.synthesis import deployed_data
from tests.unit.operations.test_load_balancer_sign_on import DATA, configuration

SECRET = "the-client-secret-of-this-test"


def _rules_only(folder: Path, source: Path, listener: str, targets: str) -> Path:
    """A root with the listener rules of a stack, for an existing listener: the load balancer itself takes a minute."""
    document: dict[str, Any] = json.loads(source.read_text())
    text = json.dumps(document["resource"]["aws_lb_listener_rule"])
    text = text.replace("${aws_lb_listener.load_balancer_https.arn}", listener)
    text = text.replace("${aws_lb_target_group.load_balancer_targets.arn}", targets)
    kept = {
        "provider": document["provider"],
        "terraform": {"required_providers": document["terraform"]["required_providers"]},
    }
    folder.mkdir()
    (folder / workspace.STACK_FILE).write_text(
        json.dumps({**kept, "resource": {"aws_lb_listener_rule": json.loads(text)}})
    )
    workspace.for_emulator(folder)
    return folder


@pytest.mark.feature("S7", "S2")
def test_secret_is_in_no_state_and_the_next_plan_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require("terraform", "provider-mirror")
    monkeypatch.setattr(load_balancer_sign_on, "_read", lambda _where: configuration())
    environment, deployment = from_data(DATA, source="test"), deployed_data(DATA)
    with Emulator(account_id=environment.account_id) as emulator:
        for name, value in emulator.environment.items():
            monkeypatch.setenv(name, value)
        account = Account(environment, session=boto3.Session(region_name=environment.region))
        listener = listener_rules.create(account, deployment, rules=False)
        (targets,) = account.client("elbv2").describe_target_groups()["TargetGroups"]
        key = account.client("kms").create_key()["KeyMetadata"]["KeyId"]
        account.client("kms").create_alias(AliasName=account.names.secrets_key, TargetKeyId=key)
        Parameters(account).write("oidc-client-secret", SECRET, purpose="test")

        folder = _rules_only(
            tmp_path / "rules", deployment.files["dev-airflow"], listener, str(targets["TargetGroupArn"])
        )
        terraform = Terraform(folder)
        terraform.init()
        terraform.apply(terraform.plan())
        load_balancer_sign_on.set_up(account)
        assert list(load_balancer_sign_on.problems(account)) == []

        following = terraform.plan()
        assert not following.changes, "Terraform does not reset the actions"
        shown = json.dumps(terraform.show(following))
        assert "authenticate-oidc" in shown, "the refresh has read the actions"
        terraform.apply(following)
        assert SECRET not in shown + json.dumps(terraform.pull())
        assert list(load_balancer_sign_on.problems(account)) == []
