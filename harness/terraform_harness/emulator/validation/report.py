"""The report of the requests that the emulator has validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

REPORT_PATH = "/moto-api/validation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """Counts since the emulator started.

    Attributes:
        validated: Requests whose parameters were compared with the service's model, the rules and the quotas.
        rejected: Those of ``validated`` that got an error; the count of each error, by ``service:Operation: Code``.
        not_validated: Requests without a model, by service or path: they reach moto unchanged.
        unknown_parameters: Parameters that the installed botocore does not know, by ``service:Operation.parameter``.
        undecidable_patterns: Patterns of shapes that Python's ``re`` cannot express; their values are not compared.
    """

    validated: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    not_validated: Mapping[str, int] = field(default_factory=dict)
    unknown_parameters: Mapping[str, int] = field(default_factory=dict)
    undecidable_patterns: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return asdict(self)

    def __str__(self) -> str:
        rejected = f"{sum(self.rejected.values())} rejected"
        named = [f"{error} ({count})" if count > 1 else error for error, count in sorted(self.rejected.items())]
        parts = [f"{self.validated} requests validated", f"{rejected} ({'; '.join(named)})" if named else rejected]
        if self.not_validated:
            parts.append(f"{sum(self.not_validated.values())} not validated ({', '.join(sorted(self.not_validated))})")
        if self.unknown_parameters:
            parts.append(f"{len(self.unknown_parameters)} parameters unknown to botocore")
        if self.undecidable_patterns:
            parts.append(f"{len(self.undecidable_patterns)} patterns undecidable")
        return ", ".join(parts)
