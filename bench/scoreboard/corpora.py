"""Recognizes corpora and writes their Terraform into one tree, which every tool reads."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bench.scoreboard import checkov_corpus, iam_corpora, trivy_corpus
from bench.scoreboard.case import Case, Corpus, CorpusError, Source

CORPORA: tuple[Corpus, ...] = (checkov_corpus.CORPUS, trivy_corpus.CORPUS, iam_corpora.VULNERABLE, iam_corpora.PATHS)
_TERRAFORM = (".tf", ".tfvars", ".tf.json", ".json")


def corpus_of(folder: Path) -> Corpus:
    """Return the corpus that ``folder`` is a checkout of.

    Raises:
        CorpusError: it is none.
    """
    for corpus in CORPORA:
        if (folder / corpus.marker).is_dir():
            return corpus
    expected = "; ".join(f"{corpus.name} (has {corpus.marker})" for corpus in CORPORA)
    what = "is not a corpus" if folder.is_dir() else "is not a folder"
    raise CorpusError(
        f"{folder}: {what}. Expected a checkout of: {expected}. Fix: name the root folder of the checkout"
    )


def commit_of(folder: Path) -> str:
    """Return the short commit of a checkout; the content of its file ``COMMIT`` where it has no Git data."""
    if (note := folder / "COMMIT").is_file():
        return note.read_text(encoding="utf-8").split()[0][:12]
    command = ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"]
    answer = (
        subprocess.run(command, capture_output=True, text=True, check=False) if (folder / ".git").exists() else None
    )
    return answer.stdout.strip() if answer and answer.returncode == 0 else "unknown commit"


def folder_of(case: Case) -> str:
    """Return the folder of a case, relative to the tree."""
    return f"{case.corpus}/{case.source.name}"


def write_tree(cases: list[Case], tree: Path) -> None:
    """Write the Terraform of all cases below ``tree``; only files that Terraform reads are copied."""
    for folder, source in {folder_of(case): case.source for case in cases}.items():
        _write(source, tree / folder)


def _write(source: Source, target: Path) -> None:
    if source.folder:
        shutil.copytree(source.folder, target, ignore=_no_terraform)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in source.files:
        (target / name).write_text(text, encoding="utf-8")


def _no_terraform(folder: str, names: list[str]) -> list[str]:
    files = [name for name in names if not (Path(folder) / name).is_dir()]
    return [name for name in files if not name.endswith(_TERRAFORM)]
