"""A module is built once; a wrong declaration of a field is an error with a clear message."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from constructs import Construct

from environments import load
from environments.load import HOME
from modules.export.build import build
from modules.export.deferred_values import StructuralInputError
from modules.export.exportable import Exportable, Output
from modules.export.module_inputs import ModuleInputs


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
