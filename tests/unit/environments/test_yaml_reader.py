"""Files that are not YAML mappings, and scalars that YAML would convert."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import InvalidEnvironment, load
from environments.yaml_reader import MAX_BYTES, read_mapping

SYNTAX = "Fix: check the indentation, brackets and quotes of this line and of the lines before it"
TAGS = "YAML tags (!!type or !name) are not allowed. Fix: remove the tag; put text in quotes"
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty. Fix: set at least name, account_id, region and network"),
    "only-a-comment": (b"# nothing\n", "is empty. Fix: set at least name, account_id, region and network"),
    "list": (b"- name: dev\n", "must be a mapping of keys, got list. Fix: write lines such as name: dev"),
    "text": (b"dev\n", "must be a mapping of keys, got str. Fix: write lines such as name: dev"),
    "not-utf-8": (b"name: \xff\n", "is not UTF-8 text. Fix: save the file as UTF-8"),
    "control-character": (
        b"name: \x1b[31m\n",
        "contains the character U+001B, which YAML does not allow. Fix: remove it",
    ),
    "not-yaml": (
        b"name: [dev\n",
        f"line 2: is not valid YAML: expected ',' or ']', but got '<stream end>'. {SYNTAX}",
    ),
    "tab": (
        b"name: dev\n\tregion: x\n",
        f"line 2: is not valid YAML: a tab, where YAML requires spaces. {SYNTAX}",
    ),
    "unknown-tag": (b"name: !!python/name:os.system x\n", f"line 1: {TAGS}"),
    "tag-of-a-boolean": (b"name: !!bool maybe\n", f"line 1: {TAGS}"),
    "tag-of-a-time": (b"name: !!timestamp x\n", f"line 1: {TAGS}"),
    "tag-of-a-mapping": (b"name: !!map [a, b]\n", f"line 1: {TAGS}"),
    "tag-of-a-number": (b"name: !!float ''\n", f"line 1: {TAGS}"),
    "two-documents": (b"name: a\n---\nname: b\n", f"line 2: is not valid YAML: but found another document. {SYNTAX}"),
    "anchor": (b"a: &x [1]\nb: 1\n", "line 1: YAML anchors (&name) are not allowed. Fix: remove the anchor"),
    "alias": (b"b: *x\n", "line 1: YAML aliases (*name) are not allowed. Fix: repeat the value"),
    "key-twice": (
        b"name: dev\nregion: x\nname: prod\n",
        "line 3: line 1 already sets the key 'name'. Fix: keep one of them",
    ),
    "key-twice-inside": (
        b"a:\n  b: 1\n  c: 1\n  b: 2\n",
        "line 4: line 2 already sets the key 'b'. Fix: keep one of them",
    ),
    "key-is-a-number": (b"1: dev\n", "line 1: a key must be text, got 1. Fix: put it in quotes"),
    "key-is-a-list": (b"? [a]\n: dev\n", "line 1: a key must be text, got a list or mapping. Fix: put it in quotes"),
    "long-number": (
        b"a: " + b"9" * 5000,
        "line 1: a number has at most 18 digits, got 5000. Fix: correct it, or put text in quotes",
    ),
    "ten-thousand-brackets": (
        b"a: " + b"[" * 10_000,
        "line 1: is nested deeper than 12 levels. Fix: remove brackets",
    ),
    "one-byte-too-large": (
        b"a: b\n" + b"#" * (MAX_BYTES - 4),
        "has 65,537 bytes; an environment file has at most 65,536. Fix: shorten the file",
    ),
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
    with pytest.raises(
        InvalidEnvironment, match=r"dev.yaml: no such file; environments in this folder: prod. Fix: correct the name$"
    ):
        load(tmp_path / "dev.yaml")


@pytest.mark.feature("E1")
def test_content_of_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    with file.open("wb") as sparse:
        sparse.truncate(50_000_000)
    with pytest.raises(InvalidEnvironment, match=r": has 50,000,000 bytes; an environment file has at most 65,536."):
        load(file)


@pytest.mark.feature("E1")
def test_device_is_not_read() -> None:
    with pytest.raises(InvalidEnvironment, match=r"^/dev/zero: is no regular file, not a YAML file. Fix: "):
        load("/dev/zero")


@pytest.mark.feature("E1")
def test_folder_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(InvalidEnvironment, match=r": is a folder, not a YAML file. Fix: give the path of a YAML file$"):
        load(tmp_path)


@pytest.mark.feature("E1")
@pytest.mark.parametrize(
    ("text", "value"),
    [("no", "no"), ("on", "on"), ("12:30", "12:30"), ("2027-03-31", "2027-03-31"), ("0x1F", "0x1F"), ("1_000", "1_000"),
     ("010", 10), ("true", True), ("~", None), ("", None), ("1e3", "1e3"), ("16.10", "16.10"), ("-3", -3)],
)  # fmt: skip
def test_scalars_keep_their_text(text: str, value: object) -> None:
    assert read_mapping(f"key: {text}\n") == {"key": value}
