"""Steps of a command: complete and remaining."""

from __future__ import annotations

import pytest

from operations.steps import Steps


@pytest.mark.feature("O2")
def test_step_that_raises_stays_among_the_remaining_steps() -> None:
    steps = Steps()
    steps.plan("foundation", "secrets", "image check")
    with steps.run("foundation"):
        pass
    with pytest.raises(KeyboardInterrupt), steps.run("secrets"):
        raise KeyboardInterrupt
    assert steps.report() == "Done: foundation. Not done: secrets, image check."


@pytest.mark.feature("O2")
def test_command_without_steps_reports_nothing() -> None:
    assert Steps().report() == ""
