"""Every technique of escalation is found, and needs all of its actions."""

from __future__ import annotations

import pytest
from terraform_gate.iam.normalized_arns import ANY_RESOURCE
from terraform_gate.iam.passing_techniques import PASSING
from terraform_gate.iam.technique import Technique
from terraform_gate.iam.techniques import CREATING, TECHNIQUES

from tests.policies.iam.escalation_paths import BELOW, inline, paths


@pytest.mark.feature("P9")
@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda technique: technique.name)
def test_every_technique_is_found_and_every_action_of_it_is_needed(technique: Technique) -> None:
    statements = [{"Action": action, "Resource": "*"} for action in technique.actions]
    assert technique.name in paths(inline(*statements))
    for index in range(len(statements)):
        rest = statements[:index] + statements[index + 1 :]
        assert not rest or technique.name not in paths(inline(*rest))


@pytest.mark.feature("P9")
@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda technique: technique.name)
def test_no_technique_is_found_for_one_resource_outside_of_the_configuration(technique: Technique) -> None:
    one = ANY_RESOURCE[technique.on].replace("any-other", "one")
    decisive = {"Action": list(technique.decisive), "Resource": one}
    needs = ({"Action": action, "Resource": "*"} for action in technique.needs)
    assert technique.name not in paths(inline(decisive, *needs))


@pytest.mark.feature("P9")
def test_every_service_that_runs_code_is_listed() -> None:
    services = {technique.service.removesuffix(".amazonaws.com") for technique in PASSING}
    assert services >= {"ecs-tasks", "lambda", "ec2", "codebuild", "cloudformation", "glue", "sagemaker"}
    assert services >= {"bedrock-agentcore", "tasks.apprunner", "states", "scheduler", "datapipeline"}


@pytest.mark.feature("P9")
@pytest.mark.parametrize("technique", CREATING, ids=lambda technique: technique.name)
def test_new_principal_below_a_prefix_is_an_escalation_and_every_action_of_it_is_needed(technique: Technique) -> None:
    prefix = BELOW.replace(":role/", f":{technique.on}/")
    statements = [{"Action": action, "Resource": prefix} for action in technique.actions]
    assert paths(inline(*statements))[technique.name] == "any permission"
    for index in range(len(statements)):
        assert technique.name not in paths(inline(*statements[:index], *statements[index + 1 :]))
