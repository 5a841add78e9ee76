"""ACM: a certificate under a given ARN."""

from __future__ import annotations

from typing import Any

from moto.acm.models import AWSCertificateManagerBackend

from terraform_harness.emulator.patches.patch import gap

_import = AWSCertificateManagerBackend.import_certificate


@gap(
    AWSCertificateManagerBackend,
    reason="an environment names a certificate made elsewhere; the emulator must be able to hold one under that ARN",
)
def import_certificate(  # noqa: PLR0917 - moto calls it so
    self: Any, certificate: bytes, private_key: bytes, chain: bytes | None, arn: str | None, tags: Any
) -> str:
    first = _import(self, certificate, private_key, chain, arn if arn in self._certificates else None, tags)
    if arn and first != arn:
        bundle = self._certificates.pop(first)
        bundle.arn = arn
        self._certificates[arn] = bundle
    return arn or str(first)
