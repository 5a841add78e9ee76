"""Follows secret values from their sources through variables, locals and modules into arguments, before evaluation.

A sensitive variable with a default is a plain value after evaluation, so this module searches the expressions as they
are written. Ephemeral values are no source, because Terraform stores them nowhere. Hashes and lengths end a path, and
so does ``nonsensitive``, unless its argument is the value of a generated password, a key or a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from terraform_gate.reading.expression import expressions
from terraform_gate.reading.terraform_root import TerraformRoot
from terraform_gate.terraform_resource import Secret

_INDEX = r"(?:\[[^\]]*\])?"
_GENERATED = re.compile(
    rf"(?<![\w.])(?:random_password\.[\w-]+{_INDEX}\.(?:result|bcrypt_hash)"
    rf"|tls_private_key\.[\w-]+{_INDEX}\.private_key_\w+"
    rf"|aws_iam_access_key\.[\w-]+{_INDEX}\.(?:secret|ses_smtp_password_v4)"
    rf"|(?:data\.)?(?:aws_ssm_parameter|aws_secretsmanager_secret_version)\.[\w-]+{_INDEX}\.(?:value|secret_string|secret_binary)"
    rf"|data\.aws_secretsmanager_random_password\.[\w-]+{_INDEX}\.random_password"
    rf"|data\.aws_kms_secrets\.[\w-]+{_INDEX}\.plaintext)\b"
)
_SURE = r"(?:data\.)?(?:random_password|tls_private_key|aws_iam_access_key|aws_secretsmanager\w*|aws_kms_secrets)\."
_HARMLESS = re.compile(
    rf"\b(?:(?:sha\d+|base64sha\d+|md5|bcrypt|length|issensitive)\(|nonsensitive\((?!\s*{_SURE}))[^()]*\)"
)
_ROUNDS = 8


class Taint:
    """The names of one module whose values are secrets."""

    def __init__(self, root: TerraformRoot, inputs: frozenset[str] = frozenset()) -> None:
        """Follow the secrets of a module.

        Args:
            root: The module.
            inputs: The variables that the caller gives secrets.
        """
        self._root = root
        variables = {name: body for name, body in root.blocks.get("variable", {}).items() if isinstance(body, Mapping)}
        sensitive = (name for name, body in variables.items() if _is_true(body, "sensitive"))
        self._names = [
            f"var.{name}" for name in (*sensitive, *inputs) if not _is_true(variables.get(name, {}), "ephemeral")
        ]
        self._children: dict[tuple[str, frozenset[str]], Taint] = {}
        for _ in range(_ROUNDS):
            known = set(self._names)
            self._compile()
            self._names += [name for name in (*self._locals(), *self._outputs_of_modules()) if name not in known]
            if len(self._names) == len(known):
                break

    def child(self, label: str) -> Taint:
        """Return the taint of the module that the block ``label`` calls."""
        inputs = frozenset(secret.path[0] for secret in self.secrets(self._root.blocks["module"][label]))
        if (label, inputs) not in self._children:
            self._children[label, inputs] = Taint(self._root.modules[label], inputs)
        return self._children[label, inputs]

    def secrets(self, body: Any) -> tuple[Secret, ...]:
        """List the secrets in a block, as it is written."""
        return tuple(self._secrets(body, ()))

    def outputs(self) -> frozenset[str]:
        """Return the outputs whose values contain secrets."""
        listed = self._root.blocks.get("output", {})
        return frozenset(
            name
            for name, body in listed.items()
            if isinstance(body, Mapping) and not _is_true(body, "ephemeral") and self.secrets(body.get("value"))
        )

    def _compile(self) -> None:
        whole = "|".join(map(_usage, self._names))
        self._pattern = re.compile(rf"(?<![\w.])(?:{whole})") if whole else None

    def _locals(self) -> Iterator[str]:
        content = self._root.blocks.get("locals", {})
        for secret in self.secrets(content) if isinstance(content, Mapping) else ():
            yield ".".join(("local", *(step for step in secret.path if not step.isdigit())))

    def _outputs_of_modules(self) -> Iterator[str]:
        for label in self._root.modules:
            yield from (f"module.{label}.{name}" for name in self.child(label).outputs())

    def _secrets(self, value: Any, path: tuple[str, ...]) -> Iterator[Secret]:
        if isinstance(value, str):
            if "${" in value and (source := self._source(value)):
                yield Secret(path, source)
        elif isinstance(value, Mapping):
            for name, item in value.items():
                if name != "//":
                    yield from self._secrets(item, (*path, str(name)))
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._secrets(item, (*path, str(number)))

    def _source(self, text: str) -> str:
        for inside in expressions(text):
            bare = _HARMLESS.sub("", inside)
            found = _GENERATED.search(bare) or (self._pattern.search(bare) if self._pattern else None)
            if found:
                return found[0]
        return ""


def _usage(name: str) -> str:
    """Return a pattern of the uses that contain a secret: ``local.a.b`` is in ``local.a``, but not in ``local.a.c``."""
    first, *steps = (re.escape(step) for step in _steps(name))
    if name.startswith("module."):
        call, _, output = first.rpartition(r"\.")
        first = rf"{call}{_INDEX}\.{output}"
    pattern = r"(?![\w.\[-])"
    for step in reversed(steps):
        pattern = (
            rf"(?:(?![\w.\[-])|(?:\.{step}|\[\"{step}\"\])(?![\w-]){pattern if pattern.startswith('(?:') else ''})"
        )
    return first + (rf"(?![\w-]){pattern}" if steps else r"(?![\w-])")


def _steps(name: str) -> Iterable[str]:
    """Split a name into the part that is always written (``var.a``, ``module.a.b``) and the steps into its value."""
    parts = name.split(".")
    head = 3 if parts[0] == "module" else 2
    return (".".join(parts[:head]), *parts[head:])


def _is_true(body: Mapping[str, Any], name: str) -> bool:
    return body.get(name) in (True, "true")
