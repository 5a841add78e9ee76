"""AF_STATE_2: the state is encrypted in storage and on its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.settings import BACKEND
from terraform_gate.rules.shared.settings_rule import SettingsRule, backend_example, is_on, s3_backend
from terraform_gate.terraform_resource import Resource, items

_HTTP = {"address": "http://state.example.com/prod", "lock_address": "https://state.example.com/prod/lock"}
_TLS = {**_HTTP, "address": "https://state.example.com/prod"}


class StateEncryption(SettingsRule):
    """``encrypt`` of S3 backends, and the addresses and certificate checks of all backends."""

    id = "AF_STATE_2"
    title = "The state of every stack is encrypted in storage and in transit"
    severity = Severity.HIGH
    why = (
        "The state contains every argument of every resource. Without encrypt = true the S3 backend requests no "
        "encryption, and only the settings of the bucket decide; over plain HTTP everyone on the path reads the state."
    )
    remediation = "Set encrypt = true (S3), write https addresses, and leave the certificate checks on."
    references = ()
    resource_types = (BACKEND,)
    passing = (
        backend_example("an encrypted S3 object", "s3", s3_backend()),
        backend_example("HTTPS", "http", _TLS),
    )
    failing = (
        backend_example("the default of the S3 backend", "s3", s3_backend(encrypt=None)),
        backend_example("encryption is off", "s3", s3_backend(encrypt=False)),
        backend_example("plain HTTP", "http", _HTTP),
        backend_example("S3 over plain HTTP", "s3", s3_backend(endpoints={"s3": "http://minio.example.com:9000"})),
        backend_example("certificates are not verified", "http", {**_TLS, "skip_cert_verification": True}),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Check the arguments about encryption, and the scheme of every address."""
        encrypt = is_on(resource.get("encrypt")) if resource.name == "s3" else True
        if encrypt is None:
            yield Finding.unknown(resource, f"encrypt is not known: {resource.get('encrypt')}")
        elif not encrypt:
            yield Finding.fail(resource, "encrypt is not true: the S3 backend requests no encryption")
        for name in ("skip_cert_verification", "insecure"):
            if is_on(resource.get(name)):
                yield Finding.fail(resource, f"{name} is true: the certificate of the server is not verified")
        for name, value in _texts(resource.body):
            if urlsplit(value.replace("[", "").replace("]", "")).scheme == "http":
                yield Finding.fail(resource, f"{name} is a plain HTTP address: {value}")


def _texts(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the text arguments of a backend and of its nested objects, such as ``endpoints``."""
    for name, value in body.items():
        if isinstance(value, str):
            yield name, value
        yield from (found for block in items(value) if isinstance(block, Mapping) for found in _texts(block))


rule = StateEncryption()
