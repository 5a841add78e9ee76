"""ACM: a certificate under a given ARN."""

from __future__ import annotations

from typing import Any

from moto.acm.models import AWSCertificateManagerBackend

from terraform_harness.emulator.patches.patch import patch

_import = AWSCertificateManagerBackend.import_certificate


@patch(
    AWSCertificateManagerBackend,
    reason="a configuration names an existing certificate by ARN; moto always generates a new ARN",
)
def import_certificate(  # noqa: PLR0917 the signature of moto
    self: Any, certificate: bytes, private_key: bytes, chain: bytes | None, arn: str | None, tags: Any
) -> str:
    first = _import(self, certificate, private_key, chain, arn if arn in self._certificates else None, tags)
    if arn and first != arn:
        bundle = self._certificates.pop(first)
        bundle.arn = arn
        self._certificates[arn] = bundle
    return arn or str(first)
