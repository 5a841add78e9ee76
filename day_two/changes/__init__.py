"""Changes that the JSON schema cannot suggest: texts, lists, and values that need a second key."""

from __future__ import annotations

from collections.abc import Mapping

from day_two.changes import account, airflow, monitoring, network, stores, workers
from day_two.changes.change import Change
from environments.sections.state import State

CHANGES: Mapping[str, tuple[Change, ...]] = {
    key: changes
    for part in (account, network, stores, airflow, workers, monitoring)
    for key, changes in part.CHANGES.items()
}
"""The changes of these keys, instead of those that the schema suggests."""
UNPLANNED: Mapping[str, str] = {
    "components.standalone.count": "1 is the only valid value",
    "account_id": "the provider rejects every other account (`allowed_account_ids`)",
    "region": "no resource exists in another region: the plan guard rejects a plan for which data stores disappeared",
    **{
        f"state.{key}": "the new state is empty, and `make deploy` rejects the empty state of an environment that runs"
        for key in State.model_fields
    },
}
"""Keys whose changes are not planned, each with the reason."""
