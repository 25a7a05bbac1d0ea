"""The OpenAPI document: what FastAPI writes, and what every endpoint has in common."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.encoders import jsonable_encoder
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic.json_schema import models_json_schema

from app.core.access import Access, AccessRule, Anyone, get_caller
from app.core.problems import (
    MEDIA_TYPE,
    ProblemDocument,
    ValidationProblemDocument,
    title_of,
)
from app.core.registry import Registry

_SCHEMAS = "#/components/schemas/"
_FASTAPI_422 = "HTTPValidationError"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that an endpoint answers: `responses=problems(404, 409)`."""
    return {status: _problem(title_of(status)) for status in statuses}


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation for generated clients, such as `orders_list`.

    It is made of the tag and the function, `orders` and `list_orders`, and of the version
    from the second one on, so that a new version leaves the names of the first alone.
    """
    tag = str(route.tags[0]).replace(" ", "_").replace("-", "_") if route.tags else ""
    words = [word for word in route.name.split("_") if word not in (tag, tag.removesuffix("s"))]
    version = re.match(r"/api/(v\d+)/", route.path_format)
    suffix = version[1] if version and version[1] != "v1" else ""
    return "_".join(part for part in (tag, *words, suffix) if part)


class Application(FastAPI):
    """An application whose OpenAPI document tells of its problems and of its access rules."""

    def __init__(
        self, *, describe: tuple[Callable[[dict[str, Any], Registry], None], ...], **options: Any
    ) -> None:
        super().__init__(**options)
        self._describe = describe

    def openapi(self) -> dict[str, Any]:
        """Return the document; it is made once."""
        document = super().openapi()
        if ProblemDocument.__name__ not in document["components"]["schemas"]:
            self._describe_problems(document)
            self._describe_access(document)
            for describe in self._describe:
                describe(document, self.state.registry)
            for operation, _ in self._operations(document):
                operation["responses"] = dict(sorted(operation["responses"].items()))
        return document

    def _operations(self, document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Dependant]]:
        for route in iter_route_contexts(self.routes):
            if isinstance(route.original_route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    yield document["paths"][route.path_format][method.lower()], route.dependant

    def _describe_problems(self, document: dict[str, Any]) -> None:
        """Let every operation answer problems, and nothing of FastAPI's own form."""
        for operation, _ in self._operations(document):
            responses = operation["responses"]
            responses.setdefault("default", _problem("Another problem"))
            if _FASTAPI_422 in str(responses.get("422")):
                responses["422"] = _problem(title_of(422), ValidationProblemDocument.__name__)
        schemas = document["components"]["schemas"]
        _, added = models_json_schema(
            [(ValidationProblemDocument, "validation"), (ProblemDocument, "validation")],
            ref_template=_SCHEMAS + "{model}",
        )
        schemas.update(added["$defs"])
        if schemas.pop(_FASTAPI_422, None):
            del schemas["ValidationError"]

    def _describe_access(self, document: dict[str, Any]) -> None:
        """Say who may call an operation, and how to sign in for it."""
        registry: Registry = self.state.registry
        access = registry.get(Access)
        ways = [(way.name, way.scheme) for way in access.authenticators if way.scheme]
        if not ways:
            return
        # Where some way in asks for nothing, whoever sends nothing comes in by it.
        nothing: list[dict[str, list[str]]] = (
            [{}] if any(way.scheme is None for way in access.authenticators) else []
        )
        described = document["components"].setdefault("securitySchemes", {})
        for _, scheme in ways:
            model = jsonable_encoder(scheme.model, by_alias=True, exclude_none=True)
            for flow in model.get("flows", {}).values():
                flow["scopes"] = {one.name: one.description for one in access.scopes.values()}
            described[scheme.scheme_name] = model
        for operation, dependant in self._operations(document):
            rules = [rule for rule in rules_of(dependant) if not isinstance(rule, Anyone)]
            if not rules and get_caller not in _calls(dependant):
                continue
            scopes = sorted(required_scopes(dependant))
            demanded = {rule.via for rule in rules if rule.via}
            operation["security"] = [
                *nothing,
                *({scheme.scheme_name: scopes} for name, scheme in ways if demanded <= {name}),
            ]
            for status, response in problems(401, *([403] if scopes or demanded else [])).items():
                operation["responses"].setdefault(str(status), response)


def rules_of(dependant: Dependant) -> list[AccessRule]:
    """Return what an endpoint says of who may call it, itself or in what it depends on."""
    return [call for call in _calls(dependant) if isinstance(call, AccessRule)]


def required_scopes(dependant: Dependant) -> set[str]:
    """Return the scopes that an endpoint asks for."""
    return {scope for rule in rules_of(dependant) for scope in rule.scopes}


def undeclared(app: FastAPI) -> list[str]:
    """Return the endpoints that do not say who may call them, such as `GET /orders`.

    `Depends(get_caller)` says nothing: it takes also those who are not signed in.
    """
    return [
        f"{method} {route.path_format}"
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and not rules_of(route.dependant)
        for method in sorted(route.methods or ())
    ]


def _problem(description: str, schema: str = ProblemDocument.__name__) -> dict[str, Any]:
    return {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": _SCHEMAS + schema}}},
    }


def _calls(dependant: Dependant) -> Iterator[object]:
    """Walk through everything that an endpoint depends on."""
    yield dependant.call
    for one in dependant.dependencies:
        yield from _calls(one)
