"""The startup monitor waits until a restarted service is steady."""

from __future__ import annotations

import pytest

from local.compose import startup_monitor
from local.compose.project import Service


def test_restarted_service_is_not_ready_before_it_is_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = startup_monitor.StartupMonitor(lambda _: None, before={})
    monitor.update({"metrics": Service(state="running", restarts=1)})
    assert not monitor.ready
    monkeypatch.setattr(startup_monitor, "STEADY_SECONDS", 0.0)
    assert monitor.ready
