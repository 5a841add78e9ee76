"""Budgets: tags and subscribers."""

from __future__ import annotations

import json
from typing import Any

from moto.budgets.responses import BudgetsResponse

from terraform_harness.emulator.patches.patch import backend_data, patch

_create = BudgetsResponse.create_budget


@patch(BudgetsResponse, reason="moto drops a budget's tags, so the second plan adds them")
def create_budget(self: Any) -> str:
    answer: str = _create(self)
    arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{self._get_param('Budget')['BudgetName']}"
    backend_data(self.backend, "tags")[arn] = self._get_param("ResourceTags") or []
    return answer


@patch(BudgetsResponse, reason="the provider reads a budget's tags after creating it and retries an unknown action")
def list_tags_for_resource(self: Any) -> str:
    return json.dumps({"ResourceTags": backend_data(self.backend, "tags").get(self._get_param("ResourceARN"), [])})


@patch(BudgetsResponse, reason="the provider reads the subscribers of each notification")
def describe_subscribers_for_notification(self: Any) -> str:
    wanted = self._get_param("Notification")
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    found = [item.subscribers for item in budget.notifications if _same(item.details, wanted)]
    return json.dumps({"Subscribers": [subscriber for group in found for subscriber in group]})


def _same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    keys = ("NotificationType", "ComparisonOperator", "Threshold")
    return all(first.get(key) == second.get(key) for key in keys)
