"""Every way to load the AWS bindings synthesizes the same bytes, also with a damaged cache or unknown versions."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from cdktf_fast_bindings.distribution import AWS as PACKAGE
from cdktf_fast_bindings.distribution import find_distribution

from tests.bindings_runs import SAMPLE, files, finish, run, start

USED = f"""
from pathlib import Path
from cdktf_fast_bindings import loading
loading.install(sources=[Path({str(SAMPLE)!r})])
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that two processes filled at once from the installed bindings, and what they synthesized."""
    folder = tmp_path_factory.mktemp("filled")
    both = [start(folder / "cache", str(SAMPLE), str(folder / name)) for name in ("lean", "lean-too")]
    (folder / "messages").write_text("".join(finish(process)[1] for process in both))
    return folder


@pytest.fixture(scope="module")
def small(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bindings package to put before the installed one: the installed submodules in use, the lean archive."""
    installed, folder = find_distribution(), tmp_path_factory.mktemp("small")
    assert installed is not None
    package = folder / PACKAGE
    (package / "_jsii").mkdir(parents=True)
    names = [name.rpartition(".")[2] for name in json.loads(entry(filled / "cache").read_text())["modules"].values()]
    for name in [*names, "_jsii/__init__.py"]:
        (package / name).symlink_to(installed.folder / name)
    (package / "__init__.py").write_text("".join(f"from . import {name}\n" for name in names))
    shutil.copy(archive(filled / "cache"), package / "_jsii" / installed.archive.name)
    run(folder / "cache", str(SAMPLE), str(folder / "out"), path=folder)
    return folder


@pytest.fixture
def cache(small: Path, tmp_path: Path) -> Path:
    """A copy of the small package's filled cache, to be damaged."""
    return shutil.copytree(small / "cache", tmp_path / "cache")


def entry(cache: Path) -> Path:
    """The one entry in a cache."""
    (found,) = cache.glob("*.json")
    return found


def archive(cache: Path) -> Path:
    """The one archive in a cache."""
    (found,) = cache.glob("*.jsii.tgz")
    return found


def test_two_concurrent_processes_create_one_copy(filled: Path) -> None:
    assert files(filled / "lean") == files(filled / "lean-too")
    assert (filled / "messages").read_text().count("copying ") == 1
    assert len(files(filled / "cache")) == 3  # entry, archive, lock


def test_every_mode_synthesizes_the_same_bytes(small: Path, tmp_path: Path) -> None:
    for mode in ("lean", "whole", "ordinary"):
        assert run(small / "cache", str(SAMPLE), str(tmp_path / mode), mode=mode, path=small) == (mode, "")
        assert files(tmp_path / mode) == files(small / "out")
    assert len(files(small / "out")) == 3


@pytest.mark.parametrize("damage", ["truncated archive", "no archive", "truncated entry", "other entry", "empty entry"])
def test_damaged_cache_is_recreated(small: Path, cache: Path, tmp_path: Path, damage: str) -> None:
    whole = files(cache)
    match damage:
        case "truncated archive":
            archive(cache).write_bytes(archive(cache).read_bytes()[:-100])
        case "no archive":
            archive(cache).unlink()
        case "truncated entry":
            entry(cache).write_bytes(entry(cache).read_bytes()[:-10])
        case "other entry":
            entry(cache).write_text("[]")
        case "empty entry":
            entry(cache).write_text("")
    out, err = run(cache, str(SAMPLE), str(tmp_path / "out"), path=small)
    assert out == "lean"
    assert "is damaged; creating it again" in err
    assert files(tmp_path / "out") == files(small / "out")
    assert files(cache) == whole


def test_archive_that_jsii_cannot_load_is_replaced_by_the_shipped_one(small: Path, cache: Path, tmp_path: Path) -> None:
    rubbish = b"no archive at all"
    named = cache / f"{hashlib.sha256(rubbish).hexdigest()[:32]}.jsii.tgz"
    named.write_bytes(rubbish)
    content = json.loads(entry(cache).read_text())
    entry(cache).write_text(json.dumps({**content, "archive": named.name}))
    out, err = run(cache, str(SAMPLE), str(tmp_path / "out"), path=small)
    assert (out, err.count("\n")) == ("whole", 1)
    assert "jsii cannot load the lean archive" in err
    assert files(tmp_path / "out") == files(small / "out")


def test_unwritable_cache_only_costs_time(small: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    out, err = run(tmp_path / "cache", str(SAMPLE), str(tmp_path / "out"), path=small)
    assert (out, err.count("\n")) == ("whole", 1)
    assert files(tmp_path / "out") == files(small / "out")


def other_package(folder: Path, archive_name: str, content: bytes) -> Path:
    """Bindings with this archive, and one attribute."""
    (folder / PACKAGE / "_jsii").mkdir(parents=True)
    (folder / PACKAGE / "_jsii" / archive_name).write_bytes(content)
    (folder / PACKAGE / "__init__.py").write_text("ordinary = True\n")
    return folder


LOADED = """
from cdktf_fast_bindings import loading
loading.install()
import cdktf_cdktf_provider_aws as aws
print(loading.loaded().value"""


def test_unsupported_version_uses_the_ordinary_import(tmp_path: Path) -> None:
    path = other_package(tmp_path / "path", "provider-aws@99.0.0.jsii.tgz", b"")
    out, err = run(tmp_path / "cache", "-c", f"{LOADED}, aws.ordinary)", path=path)
    assert out == "ordinary True"
    assert err.startswith(
        f"cdktf-fast-bindings: {PACKAGE} 99.0.0 is not supported (20.1.0, 21.22.1); using the ordinary import"
    )
    assert err.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"cut short", b"\x1f\x8b\x08\x00" + bytes(40)])
def test_unreadable_archive_of_a_supported_version_is_left_to_jsii(tmp_path: Path, content: bytes) -> None:
    path = other_package(tmp_path / "path", "provider-aws@20.1.0.jsii.tgz", content)
    out, err = run(tmp_path / "cache", "-c", f"{LOADED})", path=path)
    assert out == "whole"
    assert "cannot be read" in err
    assert err.endswith("using the archive as shipped (3 s more)\n")
    assert "Traceback" not in err


def test_submodule_that_no_file_imports_is_loaded_from_the_shipped_archive(small: Path) -> None:
    program = f"{USED}\nfrom cdktf_cdktf_provider_aws.gamelift_alias import GameliftAlias\nprint(loading.loaded())"
    out, err = run(small / "cache", "-c", program)
    assert out == "Mode.WHOLE"
    assert err.startswith(
        f"cdktf-fast-bindings: {PACKAGE}.gamelift_alias is not among the resource types in use; using the archive"
    )
    assert err.count("\n") == 1


def test_submodule_requested_after_loading_is_rejected_with_the_fix(filled: Path) -> None:
    program = f"""{USED}
import cdktf_cdktf_provider_aws.vpc
try:
    import cdktf_cdktf_provider_aws.gamelift_alias
except ImportError as problem:
    print(problem)
"""
    assert f'install(submodules=["{PACKAGE}.gamelift_alias"])' in run(filled / "cache", "-c", program)[0]


@pytest.mark.parametrize("mode", ["lean", "whole"])
def test_jsii_finds_a_type_that_was_not_imported(small: Path, mode: str) -> None:
    """JavaScript hands over an object whose Python module was never imported."""
    program = f"""{USED}
import sys, cdktf_cdktf_provider_aws.vpc
from jsii import kernel
from jsii._reference_map import resolve_reference
from jsii._kernel.types import ObjRef
for name in ("dbInstance.DbInstance", "s3ControlBucketPolicy.S3ControlBucketPolicy"):
    print(type(resolve_reference(kernel, ObjRef(ref=f"@cdktf/provider-aws.{{name}}@10099"))).__module__)
"""
    out, _ = run(small / "cache", "-c", program, mode=mode, path=small)
    assert out.split() == [f"{PACKAGE}.db_instance", f"{PACKAGE}.s3_control_bucket_policy"]


def test_attributes_of_the_parent_package_still_work(filled: Path) -> None:
    program = f"""{USED}
import cdktf_cdktf_provider_aws as aws
print(aws.vpc.Vpc.__name__, hasattr(aws, "vpcs"))
from cdktf_cdktf_provider_aws import db_instance
print(db_instance.DbInstance.__name__)
"""
    assert run(filled / "cache", "-c", program)[0].split() == ["Vpc", "False", "DbInstance"]


def test_unknown_value_of_the_variable_is_rejected(tmp_path: Path) -> None:
    process = start(tmp_path, "-c", "import modules", mode="fast")
    assert "CDKTF_FAST_BINDINGS: must be lean, whole or ordinary, got 'fast'" in process.communicate(timeout=600)[1]
    assert process.returncode == 1


def test_other_jsii_runtime_is_respected(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``JSII_RUNTIME`` names the program that the user wants; without it our own start has no second process."""
    program = f"{USED}\nimport cdktf, jsii\nprint(type(jsii.kernel.provider._process._process).__name__)"
    assert run(filled / "cache", "-c", program)[0] == "_Channel"
    from jsii._embedded import jsii as shipped

    for name, place in shipped.EMBEDDED_FILES.items():
        (tmp_path / place).parent.mkdir(exist_ok=True)
        shutil.copy(Path(shipped.__file__).with_name(name), tmp_path / place)
    monkeypatch.setenv("JSII_RUNTIME", str(tmp_path / "bin" / "jsii-runtime.js"))
    assert run(filled / "cache", "-c", program)[0] == "Popen"


def test_error_of_javascript_reaches_the_user(filled: Path) -> None:
    program = f"{USED}\nfrom cdktf import App, TerraformStack\nTerraformStack(App(), 'a b')"
    process = start(filled / "cache", "-c", program)
    assert "remove any whitespace characters in your TerraformStack id" in process.communicate(timeout=600)[1]
    assert process.returncode == 1
