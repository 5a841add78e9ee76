"""Files that are not YAML mappings, and scalars that YAML would convert."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import InvalidEnvironment, load
from environments.yaml_reader import read_mapping

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty. Fix: set at least name, account_id, region and network"),
    "only-a-comment": (b"# nothing\n", "is empty. Fix: set at least name, account_id, region and network"),
    "list": (b"- name: dev\n", "must be a mapping of keys, got list"),
    "text": (b"dev\n", "must be a mapping of keys, got str"),
    "not-utf-8": (b"name: \xff\n", "is not UTF-8 text"),
    "not-yaml": (b"name: [dev\n", "line 2: is not valid YAML: expected ',' or ']', but got '<stream end>'"),
    "tab": (
        b"name: dev\n\tregion: x\n",
        "line 2: is not valid YAML: found character '\\t' that cannot start any token",
    ),
    "unknown-tag": (
        b"name: !!python/name:os.system x\n",
        (
            "line 1: is not valid YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/name:os.system'"
        ),
    ),
    "two-documents": (b"name: a\n---\nname: b\n", "line 2: is not valid YAML: but found another document"),
    "alias": (b"a: &x [1]\nb: *x\n", "YAML aliases (*name) are not allowed. Fix: repeat the value"),
    "key-twice": (
        b"name: dev\nregion: x\nname: prod\n",
        "line 3: line 1 already sets the key 'name'. Fix: keep one of them",
    ),
    "key-twice-inside": (
        b"a:\n  b: 1\n  c: 1\n  b: 2\n",
        "line 4: line 2 already sets the key 'b'. Fix: keep one of them",
    ),
    "key-is-a-number": (b"1: dev\n", "line 1: a key must be text, got 1. Fix: put it in quotes"),
}


@pytest.mark.feature("E1")
@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable_file_is_rejected(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_bytes(content)
    with pytest.raises(InvalidEnvironment) as error:
        load(file)
    assert str(error.value) == f"{file}: {message}"


@pytest.mark.feature("E1")
def test_missing_file_lists_the_environments_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").write_text("")
    with pytest.raises(InvalidEnvironment, match=r"dev.yaml: no such file; environments in this folder: prod$"):
        load(tmp_path / "dev.yaml")


@pytest.mark.feature("E1")
def test_folder_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(InvalidEnvironment, match=r": is a folder, not a YAML file$"):
        load(tmp_path)


@pytest.mark.feature("E1")
@pytest.mark.parametrize(
    ("text", "value"),
    [("no", "no"), ("on", "on"), ("12:30", "12:30"), ("2027-03-31", "2027-03-31"), ("0x1F", "0x1F"), ("1_000", "1_000"),
     ("010", 10), ("true", True), ("~", None), ("", None), ("1e3", "1e3"), ("16.10", "16.10"), ("-3", -3)],
)  # fmt: skip
def test_scalars_keep_their_text(text: str, value: object) -> None:
    assert read_mapping(f"key: {text}\n") == {"key": value}
