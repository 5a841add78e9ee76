"""ElastiCache: user groups, changes of users, and the exchange of an AUTH token for a user group.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from terraform_harness.emulator.patches.patch import backend_data, patch, service_error

GROUPS = "moto has no ElastiCache user groups (aws_elasticache_user_group)"
ANY_ARN = re.compile(r"^arn:aws:elasticache:")  # moto's own pattern rejects user groups and parameter groups
AUTH_REMAINS = "User group can't be associated with auth token enabled. Pass AuthStrategy delete to proceed."
_create_user = ElastiCacheBackend.create_user


def _error(code: str, message: str) -> Exception:
    return service_error(service="elasticache", code=code, message=message)


def _groups(backend: Any) -> dict[str, Any]:
    return backend_data(backend, "user_groups")


def _group(backend: Any, name: str) -> dict[str, Any]:
    if name not in _groups(backend):
        raise _error("UserGroupNotFound", f"UserGroup {name} not found.")
    found: dict[str, Any] = _groups(backend)[name]
    return found


def _users(backend: Any, ids: Iterable[str]) -> list[str]:
    """The ids, which must be those of users with different names, ``default`` among them."""
    wanted = sorted(set(ids))
    for user in wanted:
        if user not in backend.users:
            raise _error("UserNotFound", f"User {user} not found.")
    names = [backend.users[user].name for user in wanted]
    if "default" not in names:
        raise _error("DefaultUserRequired", "User group needs to contain a user with the user name default.")
    if len(names) != len(set(names)):
        raise _error("DuplicateUserName", "User group must not contain two users with the same user name.")
    return wanted


@patch(ElastiCacheBackend, reason="moto lets a user log in with IAM tokens whose name differs from its id")
def create_user(self: Any, **given: Any) -> Any:
    if given["authentication_type"] == "iam" and given["user_id"] != given["user_name"]:
        message = "User Id and User name must be same for authentication type: iam"
        raise _error("InvalidParameterCombination", message)
    return _create_user(self, **given)


@patch(ElastiCacheResponse, reason="moto cannot change users, so that a team gets no further queue")
def modify_user(self: Any) -> Any:
    user = self.elasticache_backend.describe_users(self._get_param("UserId"))[0]
    user.access_string = self._get_param("AccessString") or user.access_string
    return ActionResult(user)


@patch(ElastiCacheResponse, reason=GROUPS)
def create_user_group(self: Any) -> Any:
    backend, name = self.elasticache_backend, self._get_param("UserGroupId")
    if name in _groups(backend):
        raise _error("UserGroupAlreadyExists", f"UserGroup {name} already exists.")
    _groups(backend)[name] = {
        "UserGroupId": name,
        "Status": "active",
        "Engine": self._get_param("Engine"),
        "UserIds": _users(backend, self._get_param("UserIds") or []),
        "ARN": f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:usergroup:{name}",
    }
    backend.arn_regex = ANY_ARN
    backend.tagging_service.tag_resource(_groups(backend)[name]["ARN"], self._get_param("Tags") or [])
    return ActionResult(_groups(backend)[name])


@patch(ElastiCacheResponse, reason=GROUPS)
def describe_user_groups(self: Any) -> Any:
    backend, name = self.elasticache_backend, self._get_param("UserGroupId")
    found = [_group(backend, name)] if name else list(_groups(backend).values())
    users = backend.users.keys()
    return ActionResult(
        {"UserGroups": [{**group, "UserIds": [user for user in group["UserIds"] if user in users]} for group in found]}
    )


@patch(ElastiCacheResponse, reason=GROUPS)
def modify_user_group(self: Any) -> Any:
    backend = self.elasticache_backend
    group = _group(backend, self._get_param("UserGroupId"))
    kept = set(group["UserIds"]) - set(self._get_param("UserIdsToRemove") or [])
    group["UserIds"] = _users(backend, kept | set(self._get_param("UserIdsToAdd") or []))
    return ActionResult(group)


@patch(ElastiCacheResponse, reason=GROUPS)
def delete_user_group(self: Any) -> Any:
    backend, name = self.elasticache_backend, self._get_param("UserGroupId")
    if any(name in group.user_group_ids for group in backend.replication_groups.values()):
        raise _error("InvalidUserGroupState", f"UserGroup {name} is associated with a replication group.")
    group = _group(backend, name)
    del _groups(backend)[name]
    return ActionResult({**group, "Status": "deleting"})


def exchange(response: Any, group: Any) -> None:
    """Apply the user groups of a ModifyReplicationGroup request, which exclude an AUTH token."""
    added = response._get_param("UserGroupIdsToAdd") or []  # noqa: SLF001
    if response._get_bool_param("RemoveUserGroups"):  # noqa: SLF001
        group.user_group_ids = []
    for name in added:
        _group(response.elasticache_backend, name)
    if not added:
        return
    if group.auth_token_enabled and response._get_param("AuthTokenUpdateStrategy") != "DELETE":  # noqa: SLF001
        raise _error("InvalidParameterCombination", AUTH_REMAINS)
    group.auth_token_enabled, group.user_group_ids = False, added
