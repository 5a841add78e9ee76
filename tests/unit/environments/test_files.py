"""Reading files: what is no environment at all, what YAML would silently change, and what is told of several files."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from environments import InvalidEnvironment, load, load_all, parse
from environments.yaml_reader import read_mapping
from tests.unit.environments.cases import SMALLEST, changed

SMALLEST_TEXT = yaml.safe_dump(SMALLEST)

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty. Fix: set at least name, account_id, region and network"),
    "only-a-comment": (b"# nothing\n", "is empty. Fix: set at least name, account_id, region and network"),
    "list": (b"- name: dev\n", "must be a mapping of keys, got list"),
    "text": (b"dev\n", "must be a mapping of keys, got str"),
    "not-utf-8": (b"name: \xff\n", "is not UTF-8 text"),
    "not-yaml": (b"name: [dev\n", "line 2: is not valid YAML: expected ',' or ']', but got '<stream end>'"),
    "tab": (b"name: dev\n\tregion: x\n", "line 2: is not valid YAML: found character '\\t' that cannot start any token"),
    "unknown-tag": (
        b"name: !!python/name:os.system x\n",
        "line 1: is not valid YAML: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'",
    ),
    "two-documents": (b"name: a\n---\nname: b\n", "line 2: is not valid YAML: but found another document"),
    "alias": (b"a: &x [1]\nb: *x\n", "YAML aliases (*name) are not allowed. Fix: repeat the value"),
    "key-twice": (b"name: dev\nregion: x\nname: prod\n", "line 3: line 1 already sets the key 'name'. Fix: keep one of them"),
    "key-twice-inside": (b"a:\n  b: 1\n  c: 1\n  b: 2\n", "line 4: line 2 already sets the key 'b'. Fix: keep one of them"),
    "key-is-a-number": (b"1: dev\n", "line 1: a key must be text, got 1. Fix: put it in quotes"),
}


@pytest.mark.feature("E1")
@pytest.mark.parametrize(("content", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_no_environment(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_bytes(content)
    with pytest.raises(InvalidEnvironment) as refused:
        load(file)
    assert str(refused.value) == f"{file}: {told}"


@pytest.mark.feature("E1")
def test_a_file_that_is_missing_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").write_text("")
    with pytest.raises(InvalidEnvironment, match=r"dev.yaml: no such file; environments in this folder: prod$"):
        load(tmp_path / "dev.yaml")


@pytest.mark.feature("E1")
def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidEnvironment, match=r": is a folder, not a YAML file$"):
        load(tmp_path)


@pytest.mark.feature("E1")
def test_a_folder_without_environments(tmp_path: Path) -> None:
    with pytest.raises(InvalidEnvironment, match=r": contains no environment \(\*.yaml\)$"):
        load_all(tmp_path)


@pytest.mark.feature("E1")
def test_the_file_has_the_name_of_its_environment(tmp_path: Path) -> None:
    file = tmp_path / "develop.yaml"
    file.write_text(SMALLEST_TEXT)
    with pytest.raises(InvalidEnvironment, match=r"develop.yaml: name: must be 'develop', the name of the file, got 'dev'$"):
        load(file)


@pytest.mark.feature("E1")
def test_paths_are_told_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text("nome: dev")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidEnvironment, match=r"^environments/dev.yaml: nome: unknown key; did you mean 'name'\?"):
        load("environments/dev.yaml")


@pytest.mark.feature("E1")
def test_all_files_are_told_at_once(tmp_path: Path) -> None:
    for name in ("a", "b", "dev"):
        (tmp_path / f"{name}.yaml").write_text("" if name != "dev" else SMALLEST_TEXT)
    with pytest.raises(InvalidEnvironment) as refused:
        load_all(tmp_path)
    assert [line.split(": ")[0] for line in str(refused.value).splitlines()] == [
        str(tmp_path / "a.yaml"),
        str(tmp_path / "b.yaml"),
    ]


@pytest.mark.feature("E1")
@pytest.mark.parametrize(
    ("text", "value"),
    [("no", "no"), ("on", "on"), ("12:30", "12:30"), ("2027-03-31", "2027-03-31"), ("0x1F", "0x1F"), ("1_000", "1_000"),
     ("010", 10), ("true", True), ("~", None), ("", None), ("1e3", "1e3"), ("16.10", "16.10"), ("-3", -3)],
)  # fmt: skip
def test_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    assert read_mapping(f"key: {text}\n") == {"key": value}


@pytest.mark.feature("E1")
def test_nobody_gets_half_an_environment() -> None:
    with pytest.raises(InvalidEnvironment) as refused:
        parse(yaml.safe_dump(changed(SMALLEST, {"region": "nowhere"})), source="dev.yaml")
    assert [problem.path for problem in refused.value.problems] == ["region"]
