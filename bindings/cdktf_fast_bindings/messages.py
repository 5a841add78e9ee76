"""Encodes and decodes jsii's frequent messages directly; cattrs, which jsii uses, inspects the type of each value."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

Message = dict[str, Any]
# The names that jsii's program has for the requests that a synthesis sends thousands of.
_APIS = {
    "CreateRequest": "create",
    "GetRequest": "get",
    "InvokeRequest": "invoke",
    "SetRequest": "set",
    "StaticGetRequest": "sget",
    "StaticInvokeRequest": "sinvoke",
}


def use_direct_messages() -> None:
    """Let jsii exchange its frequent messages without cattrs. Needs a known jsii."""
    from jsii import _kernel as kernel
    from jsii._kernel.providers import process

    process._NodeProcess.send = _sending(process._NodeProcess.send)
    kernel._handle_callback = _handling(kernel._handle_callback)
    kernel._get_overides = _cached(kernel._get_overides)


def _sending(send: Callable[..., Any]) -> Callable[..., Any]:
    from jsii._kernel.providers import process

    def sends(node: Any, request: Any, response_type: type) -> Any:
        message = None if process._stack_traces_enabled() else _encoded(request)
        if message is None:
            return send(node, request, response_type)
        node._process.stdin.write(json.dumps(message, default=_default).encode() + b"\n")
        node._process.stdin.flush()
        return _decoded(node._next_message(), response_type)

    return sends


def _encoded(request: Any) -> Message | None:
    """Return the message of a request; None for a request that is rare."""
    name = type(request).__name__
    if name == "_CompleteRequest":
        return {"complete": _message(request.complete, "complete")}
    if (api := _APIS.get(name)) is None:
        return None
    return _message(request, api)


def _message(request: Any, api: str) -> Message:
    return {field.name: getattr(request, field.name) for field in request.__attrs_attrs__} | {"api": api}


def _default(value: Any) -> Any:
    from jsii._kernel import types
    from jsii._kernel.providers import process

    if isinstance(value, types.ObjRef):
        return process._unstructure_ref(value)
    if isinstance(value, types.Override):
        return {"method": value.method, "property": value.property, "cookie": value.cookie}
    return process.jdefault(value)


def _decoded(message: Mapping[str, Any], response_type: type) -> Any:
    from jsii._kernel import types
    from jsii._kernel.providers import process

    if "callback" in message:
        return _callback(message["callback"])
    if "ok" not in message:
        cause = process.JavaScriptError(message["stack"])
        fault = message["name"] == process.ErrorType.JSII_FAULT.value
        raise (process.JSIIError if fault else RuntimeError)(message["error"]) from cause
    content = message["ok"]
    if isinstance(content, types.ObjRef):
        return process._with_reference(content, response_type)
    return response_type(**content)


def _callback(content: Mapping[str, Any]) -> Any:
    from jsii._kernel import types

    kinds = {"invoke": types.InvokeRequest, "get": types.GetRequest, "set": types.SetRequest}
    requests = {name: kind(**content[name]) for name, kind in kinds.items() if content.get(name)}
    return types.Callback(cbid=content["cbid"], cookie=content["cookie"], **requests)


def _handling(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Call an overriding method without keyword parameters directly; jsii inspects its signature at each call."""
    from jsii import _kernel as kernel
    from jsii import _reference_map

    def handles(node: Any, callback: Any) -> Any:
        if callback.invoke is None:
            return handle(node, callback)
        method = getattr(_reference_map.resolve_id(callback.invoke.objref.ref), callback.cookie)
        if _takes_keywords(getattr(method, "__func__", method)):
            return handle(node, callback)
        return method(*(kernel._recursize_dereference(node, value) for value in callback.invoke.args or ()))

    return handles


@functools.cache
def _takes_keywords(function: Callable[..., Any]) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters)


def _cached(find: Callable[[type, Any], Any]) -> Callable[[type, Any], Any]:
    """Find the overrides of each class once; jsii compares the methods of a class at each of its objects."""

    known: dict[tuple[type, type], Any] = {}

    def finds(klass: type, value: Any) -> Any:
        key = klass, type(value)
        if key not in known:
            known[key] = find(klass, value)
        return known[key]

    return finds
