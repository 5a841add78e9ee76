"""One technique to act with the permissions of another principal."""

from __future__ import annotations

from dataclasses import dataclass

PASS_ROLE = "iam:passrole"  # noqa: S105


@dataclass(frozen=True)
class Technique:
    """One technique.

    Attributes:
        name: Name in messages.
        on: Kind of the resource of ``decisive``, whose permissions the technique gains.
        decisive: Actions whose resource decides which permissions are gained, in lower case.
        needs: Further actions, on any resource.
        service: The service that gets the role, for ``iam:PassRole``.
    """

    name: str
    on: str
    decisive: tuple[str, ...]
    needs: tuple[str, ...] = ()
    service: str = ""

    @property
    def actions(self) -> tuple[str, ...]:
        """All actions."""
        return (*self.decisive, *self.needs)
