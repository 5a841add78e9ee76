"""The import test of DAG files: its exit code and messages."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from airflow_fargate import check_dags

LOG = "fit into a log folder. Fix: shorten it"


@pytest.mark.feature("O5")
@pytest.mark.parametrize(
    ("dags", "errors", "expected"),
    [
        ({"b": [], "a": []}, {}, (0, "2 DAGs imported: a, b\n")),
        ({"a": []}, {"x.py": "No module named 'y'\n"}, (1, "x.py: No module named 'y'\n")),
        ({}, {}, (1, "/dags: no DAG was found. Fix: name the folder of the DAG files (dags.subdirectory)\n")),
        ({"d" * 248: ["t" * 247]}, {}, (0, f"1 DAGs imported: {'d' * 248}\n")),
        ({"d" * 249: []}, {}, (1, f"x.py: DAG id '{'d' * 40}'... has 249 bytes in UTF-8, at most 248 {LOG}\n")),
        ({"a": ["ü" * 124]}, {}, (1, f"x.py: task id '{'ü' * 40}'... has 248 bytes in UTF-8, at most 247 {LOG}\n")),
    ],
    ids=["good", "import error", "none", "longest ids", "long DAG id", "long task id"],
)
def test_import_errors_and_missing_dags_fail(
    dags: dict[str, list[str]],
    errors: dict[str, str],
    expected: tuple[int, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module = ModuleType("airflow.dag_processing.dagbag")
    made = {name: SimpleNamespace(dag_id=name, task_ids=tasks, fileloc="x.py") for name, tasks in dags.items()}
    module.DagBag = lambda _folder: SimpleNamespace(dags=made, import_errors=errors)  # type: ignore[attr-defined]
    for name in ("airflow", "airflow.dag_processing"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    code = check_dags.main("/dags")
    assert (code, "".join(capsys.readouterr())) == expected
