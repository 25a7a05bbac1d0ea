"""Jinja as JSON: a template as a list of texts and nodes, for `evaluate.js` to render.

Jinja's own parser reads the template; what it finds becomes nested lists, each with its
kind first. Only what our templates use is known: anything else is an error here, while
the site is built, and not a page that shows something else than Copier renders.

    text {{ name }}                 ["text ", ["out", ["name", "name"]]]
    {% if flag %}text{% endif %}    [["if", [[["name", "flag"], ["text"]]], []]]
"""

from collections.abc import Callable
from typing import Any

from jinja2 import nodes

Json = Any

Include = Callable[[str], nodes.Template]
"""Returns the template of a name."""

COMPARISONS = {"eq", "gt", "in", "ne", "notin"}
FILTERS = {
    "length",
    "lower",
    "regex_replace",
    "regex_search",
    "replace",
    "to_json",
    "to_nice_yaml",
}
TESTS = {"defined", "none"}
BEYOND = "is more than the configurator understands; teach website/jinja.py and evaluate.js"


class Untranslatable(ValueError):
    """A template uses what the configurator does not understand."""


def translate(tree: nodes.Template, include: Include) -> list[Json]:
    """Return a template as JSON, with what it includes in place.

    Raises:
        Untranslatable: It uses more of Jinja than the configurator understands.
    """
    return _body(tree.body, include)


def _body(body: list[nodes.Node], include: Include) -> list[Json]:
    parts: list[Json] = []
    for node in body:
        for part in _statement(node, include):
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            else:
                parts.append(part)
    return parts


def _statement(node: nodes.Node, include: Include) -> list[Json]:
    match node:
        case nodes.Output():
            return [_output(part) for part in node.nodes]
        case nodes.If():
            branches = [node, *node.elif_]
            chosen = [[_expression(one.test), _body(one.body, include)] for one in branches]
            return [["if", chosen, _body(node.else_, include)]]
        case nodes.Assign(target=nodes.Name() as target):
            return [["set", target.name, _expression(node.node)]]
        case nodes.Include(template=nodes.Const(value=str() as name), ignore_missing=False):
            return _body(include(name).body, include)
        case nodes.FilterBlock():
            return [["filter", _filters(node.filter), _body(node.body, include)]]
        case _:
            raise _unknown(node)


def _output(node: nodes.Node) -> Json:
    if isinstance(node, nodes.TemplateData):
        return node.data
    return ["out", _expression(node)]


def _expression(node: nodes.Node | None) -> Json:  # noqa: C901, PLR0911, one line for each kind
    match node:
        case nodes.Const():
            return ["const", node.value]
        case nodes.Name():
            return ["name", node.name]
        case nodes.List() | nodes.Tuple():
            return ["list", [_expression(item) for item in node.items]]
        case nodes.And() | nodes.Or():
            kind = "and" if isinstance(node, nodes.And) else "or"
            return [kind, _expression(node.left), _expression(node.right)]
        case nodes.Not():
            return ["not", _expression(node.node)]
        case nodes.Concat():
            return ["concat", [_expression(part) for part in node.nodes]]
        case nodes.CondExpr(expr2=nodes.Expr()):
            return ["choose", *map(_expression, (node.test, node.expr1, node.expr2))]
        case nodes.Compare(ops=[nodes.Operand(op=op, expr=other)]) if op in COMPARISONS:
            return [op, _expression(node.expr), _expression(other)]
        case nodes.Test(name=name, args=[], kwargs=[]) if name in TESTS:
            return [name, _expression(node.node)]
        case nodes.Getitem(arg=nodes.Slice(start=None, step=None) as span):
            return ["first", _expression(node.node), _expression(span.stop)]
        case nodes.Filter(node=nodes.Expr() as inner):
            return ["apply", _expression(inner), _filters(node, until=inner)]
        case _:
            raise _unknown(node)


def _filters(node: nodes.Node | None, until: nodes.Node | None = None) -> list[Json]:
    """Return a chain of filters in the order in which they are applied."""
    if node is until:
        return []
    if not isinstance(node, nodes.Filter) or node.name not in FILTERS or node.dyn_args:
        raise _unknown(node)
    # What a filter takes by name says how JSON and YAML are written; evaluate.js writes
    # them in that one way.
    named: list[tuple[str, Json]] = [(str(one.key), _expression(one.value)) for one in node.kwargs]
    if named and named != [("ensure_ascii", ["const", False])]:
        raise _unknown(node)
    arguments = [_expression(argument) for argument in node.args]
    return [*_filters(node.node, until), [node.name, *arguments]]


def _unknown(node: nodes.Node | None) -> Untranslatable:
    where = f"line {node.lineno}: " if node is not None else ""
    return Untranslatable(f"{where}{node!r} {BEYOND}")
