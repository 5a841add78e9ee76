"""The monthly cost of an environment: expected by the cost model of the report, and known by Cost Explorer."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from environments.facts.naming import ENVIRONMENT_TAG
from environments.model import Environment
from operations.account import Account, missing
from operations.aws_errors import explain
from operations.errors import PreconditionError
from operations.synthesis import CloudState, synthesis
from report.cost.estimate import Estimate, estimate
from report.cost.prices import FOLDER, price_list
from report.cost.profile import ASSUMED, read_profile
from report.errors import ReportError
from report.source import read_source

KNOWN_DAYS = 30
"""Whole days before today; Cost Explorer is at most 24 hours late."""
ACTIVATE = (
    f"Fix: activate {ENVIRONMENT_TAG} as a cost allocation tag in the account that pays; AWS counts from then on, and "
    "values appear within 24 hours"
)
"""https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html"""


def expected(file: Path, *, profile: Path | None = None) -> dict[str, Any]:
    """The expected cost of a month in USD; amounts are None where a price is not known.

    Args:
        file: environment file; it is synthesized into a temporary folder.
        profile: measured usage (:func:`report.cost.profile.read_profile`); assumed when absent.

    Raises:
        InvalidEnvironment: the file is invalid.
        PreconditionError: the profile or the price file of the region is invalid.
    """
    try:
        usage = read_profile(profile) if profile else ASSUMED
        with synthesis(file, state=CloudState()) as made:
            source = read_source(made.environment.name, environments=file.parent, stacks=made.stacks)
        prices = price_list(source.environment.region)
        found = estimate(source.configuration, source.environment, prices=prices, profile=usage)
    except ReportError as error:
        raise PreconditionError(str(error)) from None
    summary = _summary(found, source.environment)
    return {"environment": source.environment.name, "region": source.environment.region, **summary}


def _summary(found: Estimate, environment: Environment) -> dict[str, Any]:
    prices = found.prices
    missing_file = f"there is no price file for {prices.region}. Fix: copy {FOLDER / 'us-east-1.json'} to "
    missing_file += f"{FOLDER / prices.region}.json and write the prices of {prices.region}, with their sources"
    return {
        "currency": "USD",
        "prices": prices.date or None,
        "problem": None if prices.date else missing_file,
        "expected": round(found.total, 2) if prices.date else None,
        "by_key": {name: _rounded(usd) for name, usd in found.by("key").items()},
        "by_team": by_team(found.by("key"), environment),
        "by_resource": {name: _rounded(usd) for name, usd in found.by("address").items()},
        "without_price": sorted({line.item.price for line in found.unknown}),
        "unconfirmed_prices": list(found.unconfirmed),
        "assumptions": list(found.assumptions),
    }


def by_team(by_key: Mapping[str, float | None], environment: Environment) -> dict[str, float | None]:
    """The cost of the worker groups of each team in USD; None where a price is not known.

    Args:
        by_key: cost of each key of the environment file.
        environment: its teams.
    """
    teams: dict[str, float | None] = {}
    for team in environment.teams:
        amounts = [by_key.get(f"workers[{group}]", 0.0) for group in team.worker_groups]
        known_amounts = [amount for amount in amounts if amount is not None]
        teams[team.name] = _rounded(sum(known_amounts)) if len(known_amounts) == len(amounts) else None
    return teams


def _rounded(usd: float | None) -> float | None:
    return None if usd is None else round(usd, 2)


def known(account: Account) -> dict[str, Any]:
    """What Cost Explorer knows about the last 30 days, by AWS service; ``{"problem": <message>}`` when it says nothing.

    AWS charges 0.01 USD for the request.
    """
    end = datetime.datetime.now(datetime.UTC).date()
    start = end - datetime.timedelta(days=KNOWN_DAYS)
    period = {"Start": start.isoformat(), "End": end.isoformat()}
    try:
        account.guard()
        services = _by_service(account, period)
    except PreconditionError as error:
        return {"problem": str(error)}
    except ClientError as error:
        late = missing(error, "DataUnavailableException")
        return {"problem": f"Cost Explorer has no data yet. {ACTIVATE}" if late else explain(error, caller=account.arn)}
    except BotoCoreError as error:
        return {"problem": explain(error)}
    if not services:
        return {"problem": f"Cost Explorer has no cost with the tag {ENVIRONMENT_TAG}. {ACTIVATE}"}
    return {**period, "total": round(sum(services.values()), 2), "by_service": services}


def _by_service(account: Account, period: dict[str, str]) -> dict[str, float]:
    """Unblended cost by service, highest first; all pages, all months of the period."""
    request: dict[str, Any] = {
        "TimePeriod": period,
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        "Filter": {"Tags": {"Key": ENVIRONMENT_TAG, "Values": [account.environment.name]}},
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}],
    }
    found: dict[str, float] = {}
    while True:
        answer = account.client("ce").get_cost_and_usage(**request)
        for group in (group for month in answer["ResultsByTime"] for group in month["Groups"]):
            amount = float(group["Metrics"]["UnblendedCost"]["Amount"])
            found[group["Keys"][0]] = found.get(group["Keys"][0], 0.0) + amount
        if not answer.get("NextPageToken"):
            break
        request["NextPageToken"] = answer["NextPageToken"]
    return {name: round(usd, 2) for name, usd in sorted(found.items(), key=lambda pair: -pair[1])}
