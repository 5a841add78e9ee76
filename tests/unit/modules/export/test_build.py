"""A module is built once; a wrong declaration of a field is an error with a clear message."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from constructs import Construct

from environments import load
from environments.load import HOME, from_data
from modules.export import write
from modules.export.build import Module, build
from modules.export.examples import NOT_GIVEN
from modules.export.exportable import Exportable, Output
from modules.export.foundation_modules import FOUNDATION
from modules.export.module_inputs import ModuleInputs
from modules.export.structural_input import StructuralInputError
from tests.unit.environments.cases import SMALLEST, changed


def _decides_by_a_deferred_value(_: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    return {"zones": Output(2 if inputs.key("database.multi_az") else 1, "Number of zones.")}


@pytest.mark.feature("M2")
def test_structural_use_of_a_field_declared_with_plan_raises() -> None:
    source = Exportable("wrong", "Decides by a field that is declared with plan.", _decides_by_a_deferred_value)
    with pytest.raises(StructuralInputError) as raised:
        build(source, structure=load(HOME / "prod.yaml"))
    assert str(raised.value) == (
        "multi_az is declared with plan(), but the construct uses its value while it is built (bool). "
        "Fix: declare the field with synth(), or name it in structural() of the module with the reason"
    )


@pytest.mark.feature("M2")
def test_a_structural_exception_fixes_the_value() -> None:
    source = Exportable("fixed", "", _decides_by_a_deferred_value, fixed={"multi_az": "a test"})
    module = build(source, structure=load(HOME / "prod.yaml"))
    assert (module.inputs, module.fixed, module.outputs["zones"]["value"]) == ((), {"multi_az": True}, 2)


@pytest.mark.feature("M1")
def test_network_brings_acls_for_the_flows_of_the_structure(every_module: dict[str, Module]) -> None:
    resources = every_module["network"].sections["resource"]
    assert set(resources["aws_network_acl"]) == {f"network_acls_{tier}" for tier in ("public", "application", "data")}
    entries = resources["aws_network_acl_rule"].values()
    opened = {(body["network_acl_id"], body["from_port"]) for body in entries if not body["egress"]}
    assert ("${aws_network_acl.network_acls_data.id}", 5432) in opened
    assert ("${aws_network_acl.network_acls_public.id}", 443) in opened


@pytest.mark.feature("M2")
def test_rules_between_variables_need_all_their_variables(every_module: dict[str, Module]) -> None:
    rules = {rule.message for item in every_module["metadata-database"].inputs for rule in item.rules if rule.others}
    assert rules == {
        "permissions_boundary must belong to account_id or to AWS.",
        "max_storage_gib must be at least a tenth above storage_gib: RDS requires it.",
        "key_arn must belong to region and account_id.",
    }
    airflow = {(item.name, rule.others) for item in every_module["airflow"].inputs for rule in item.rules}
    assert ("components_scheduler_memory_mib", ("components_scheduler_cpu",)) in airflow
    assert ("components_api_server_count", ("components_api_server_max_count",)) in airflow


@pytest.mark.feature("M2")
def test_readme_names_steps_and_ephemeral_resources(every_module: dict[str, Module]) -> None:
    assert "--auth-token-update-strategy SET" in write.content(every_module["broker"])["README.md"]
    assert "## Ephemeral resources" in write.content(every_module["secrets"])["README.md"]
    assert "## Ephemeral resources" not in write.content(every_module["network"])["README.md"]


@pytest.mark.feature("M1", "T9")
def test_broker_of_a_structure_with_users_has_a_user_group_and_no_token() -> None:
    structure = from_data(changed(SMALLEST, {"broker": {"authentication": "iam"}}), source="test")
    broker = next(source for source in FOUNDATION if source.name == "broker")
    module = build(broker, structure=structure)
    resources = module.sections["resource"]
    assert set(resources["aws_elasticache_user"]) == {"default_user", "airflow_user"}
    assert module.fixed["authentication"] == "iam"
    (group,) = resources["aws_elasticache_replication_group"].values()
    assert group["user_group_ids"] == ["${aws_elasticache_user_group.user_group.user_group_id}"]
    assert not [item.name for item in module.inputs if "token" in item.name]


@pytest.mark.feature("M1")
def test_every_required_variable_has_an_example(every_module: dict[str, Module]) -> None:
    missing = {
        item.name
        for module in every_module.values()
        for item in module.inputs
        if item.required and item.example is NOT_GIVEN
    }
    assert missing == set()
