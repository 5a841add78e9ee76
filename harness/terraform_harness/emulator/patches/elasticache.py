"""ElastiCache: members of replication groups, AUTH, parameter groups."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.models import CacheCluster, CacheSubnetGroup, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from terraform_harness.emulator.patches import elasticache_users
from terraform_harness.emulator.patches.patch import backend_data, patch, service_error

PARAMETERS = "moto has no ElastiCache parameter groups (aws_elasticache_parameter_group)"
_describe_clusters = ElastiCacheBackend.describe_cache_clusters
_create_group = ElastiCacheBackend.create_replication_group
_delete_group = ElastiCacheBackend.delete_replication_group
_modify_group = ElastiCacheResponse.modify_replication_group


@patch(ElastiCacheBackend, reason="the provider reads the members of a replication group, which moto does not list")
def describe_cache_clusters(self: Any, cache_cluster_id: str | None = None) -> list[Any]:
    for group in self.replication_groups.values():
        if cache_cluster_id in group.member_clusters:
            return [_member(self, group, cache_cluster_id)]
    found: list[Any] = _describe_clusters(self, cache_cluster_id)
    return found


def _member(backend: Any, group: Any, name: str | None) -> Any:
    absent = dict.fromkeys(CacheCluster.__init__.__annotations__.keys() - {"return"})
    known = {key: getattr(group, key, None) for key in absent}
    cluster = CacheCluster(
        **known
        | {
            "account_id": backend.account_id,
            "region_name": backend.region_name,
            "cache_cluster_id": name,
            "auth_token": None,
            "log_delivery_configurations": group.log_delivery_configurations,
        }
    )
    cluster.replication_group_id = group.replication_group_id
    cluster.cache_parameter_group = {"cache_parameter_group_name": group.cache_parameter_group_name}
    cluster.security_groups = [{"security_group_id": id_, "status": "active"} for id_ in group.security_group_ids or []]
    for attribute in ("at_rest_encryption_enabled", "transit_encryption_mode"):
        setattr(cluster, attribute, getattr(group, attribute))
    return cluster


@patch(ElastiCacheBackend, reason="moto counts replicas, not cache clusters: a replication group always has one member")
def create_replication_group(self: Any, **given: Any) -> Any:
    if given.get("num_cache_clusters"):
        given["replicas_per_node_group"] = given["num_cache_clusters"] - 1
    return _create_group(self, **given)


@patch(ElastiCacheBackend, reason="moto leaves a deleted replication group in state deleting, and the provider waits")
def delete_replication_group(self: Any, replication_group_id: str, retain_primary_cluster: bool | None) -> Any:
    group = _delete_group(self, replication_group_id, retain_primary_cluster)
    return self.replication_groups.pop(group.replication_group_id)


@patch(ElastiCacheResponse, reason="moto ignores a new AUTH token, so that the password of the broker is never set")
def modify_replication_group(self: Any) -> Any:
    answer = _modify_group(self)
    group = self.elasticache_backend.replication_groups[self._get_param("ReplicationGroupId")]
    elasticache_users.exchange(self, group)
    token, strategy = self._get_param("AuthToken"), self._get_param("AuthTokenUpdateStrategy")
    if token:
        backend_data(self.elasticache_backend, "auth")[group.replication_group_id] = (strategy, token)
        group.auth_token_enabled = True
    return answer


def _groups(response: Any) -> dict[str, Any]:
    return backend_data(response.elasticache_backend, "parameter_groups")


def _group(response: Any) -> dict[str, Any]:
    name = response._get_param("CacheParameterGroupName")  # noqa: SLF001 this function becomes a method of moto's class
    if name not in _groups(response):
        message = f"CacheParameterGroup {name} not found."
        raise service_error(service="elasticache", code="CacheParameterGroupNotFound", message=message)
    found: dict[str, Any] = _groups(response)[name]
    return found


@patch(ElastiCacheResponse, reason=PARAMETERS)
def create_cache_parameter_group(self: Any) -> Any:
    backend, name = self.elasticache_backend, self._get_param("CacheParameterGroupName")
    _groups(self)[name] = {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": self._get_param("CacheParameterGroupFamily"),
        "Description": self._get_param("Description"),
        "IsGlobal": False,
        "ARN": f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}",
        "parameters": {},
    }
    backend.arn_regex = elasticache_users.ANY_ARN
    backend.tagging_service.tag_resource(_groups(self)[name]["ARN"], self._get_param("Tags") or [])
    return ActionResult({"CacheParameterGroup": _groups(self)[name]})


@patch(ElastiCacheResponse, reason=PARAMETERS)
def describe_cache_parameter_groups(self: Any) -> Any:
    named = self._get_param("CacheParameterGroupName")
    found = [_group(self)] if named else list(_groups(self).values())
    return ActionResult({"CacheParameterGroups": found})


@patch(ElastiCacheResponse, reason=PARAMETERS)
def modify_cache_parameter_group(self: Any) -> Any:
    given = self._get_param("ParameterNameValues") or []
    _group(self)["parameters"].update({parameter["ParameterName"]: parameter["ParameterValue"] for parameter in given})
    return ActionResult({"CacheParameterGroupName": _group(self)["CacheParameterGroupName"]})


@patch(ElastiCacheResponse, reason=PARAMETERS)
def reset_cache_parameter_group(self: Any) -> Any:
    for parameter in self._get_param("ParameterNameValues") or []:
        _group(self)["parameters"].pop(parameter["ParameterName"], None)
    return ActionResult({"CacheParameterGroupName": _group(self)["CacheParameterGroupName"]})


@patch(ElastiCacheResponse, reason=PARAMETERS)
def describe_cache_parameters(self: Any) -> Any:
    chosen = _group(self)["parameters"].items()
    listed = [{"ParameterName": key, "ParameterValue": value, "Source": "user"} for key, value in chosen]
    return ActionResult({"Parameters": listed})


@patch(ElastiCacheResponse, reason=PARAMETERS)
def delete_cache_parameter_group(self: Any) -> Any:
    _groups(self).pop(_group(self)["CacheParameterGroupName"])
    return ActionResult({})


@patch(ElastiCacheResponse, reason="moto cannot change cache subnet groups, so that no zone can be added")
def modify_cache_subnet_group(self: Any) -> Any:
    backend, name = self.elasticache_backend, self._get_param("CacheSubnetGroupName")
    group = backend.describe_cache_subnet_groups(name)[0]
    described = self._get_param("CacheSubnetGroupDescription") or group.cache_subnet_group_description
    subnet_ids = self._get_param("SubnetIds") or group.subnet_ids
    changed = CacheSubnetGroup(backend.account_id, backend.region_name, name, described, subnet_ids, group.tags)
    backend.cache_subnet_groups[name] = changed
    return ActionResult({"CacheSubnetGroup": changed})


@patch(ElastiCacheResponse, reason="moto creates cache subnet groups and cannot delete them")
def delete_cache_subnet_group(self: Any) -> Any:
    groups, name = self.elasticache_backend.cache_subnet_groups, self._get_param("CacheSubnetGroupName")
    if groups.pop(name, None) is None:
        message = f"CacheSubnetGroup {name} not found."
        raise service_error(service="elasticache", code="CacheSubnetGroupNotFoundFault", message=message)
    return ActionResult({})
