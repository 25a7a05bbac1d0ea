"""Whether a query can have an answer: are there such series, with such labels?

Follows the labels through a query, from the series to the answer.
"""

import re
from collections.abc import Iterator

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    LabelModifierType,
    Matcher,
    MatchOp,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    ValueType,
    VectorMatchCardinality,
    VectorSelector,
    parse,
)

from tests.observability.queries import Query, of_rule, rules
from tests.observability.series import Labels, Series

Names = frozenset[str]
"""The labels of what an expression returns."""

GROWTH = {"rate", "irate", "increase"}
"""Functions that only mean something of what never falls."""

GROWING = ("_total", "_count", "_sum", "_bucket")
"""How the names end of series that never fall."""


class Mistake(Exception):
    """Why a query has no answer."""


class Checker:
    """Knows what is exported and what rules record."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._recorded: dict[str, Names] = {}
        self.mistakes_in_rules = list(self._read_rules())

    def mistakes(self, *queries: Query) -> Iterator[str]:
        """Yield what is wrong with each query, and where it stands."""
        for query in queries:
            try:
                self._check(query)
            except (Mistake, ValueError) as mistake:
                yield _told(query, mistake)

    def _read_rules(self) -> Iterator[str]:
        for place, rule in rules():
            query = of_rule(place, rule)
            try:
                labels = self._check(query)
            except (Mistake, ValueError) as mistake:
                yield _told(query, mistake)
            else:
                if "record" in rule:
                    self._recorded[rule["record"]] = labels

    def _check(self, query: Query) -> Names:
        labels = self._labels(parse(query.text)) or frozenset()
        if missing := query.shown - labels:
            raise Mistake(f"shows {_list(missing)}, and its answer has {_list(labels)}")
        return labels

    def _labels(self, expression: Expr) -> Names | None:
        """Return the labels of an answer; None when it is a mere number or a text."""
        labels: Names | None = None
        match expression:
            case NumberLiteral() | StringLiteral():
                pass
            case ParenExpr() | UnaryExpr() | SubqueryExpr():
                labels = self._labels(expression.expr)
            case MatrixSelector():
                labels = self._selected(expression.vector_selector)
            case VectorSelector():
                labels = self._selected(expression)
            case Call():
                labels = self._called(expression)
            case AggregateExpr():
                labels = self._aggregated(expression)
            case BinaryExpr():
                labels = self._joined(expression)
            case _:
                raise Mistake(f"nothing is known about {expression}")
        return labels

    def _selected(self, selector: VectorSelector) -> Names:
        name = selector.name or ""
        matchers = selector.matchers.matchers
        if name in self._recorded:
            labels = self._recorded[name]
            if missing := {matcher.name for matcher in matchers} - labels:
                raise Mistake(f"{name} is recorded without {_list(missing)}")
            return labels
        if name not in self._series:
            raise Mistake(f"no series is called {name}")
        for matcher in matchers:
            if not any(matcher.name in labels for labels in self._series[name]):
                raise Mistake(f"{name} has no label {matcher.name}")
        for one in self._series[name]:
            if all(_holds(matcher, one) for matcher in matchers):
                return frozenset(one)
        raise Mistake(f"no series of {name} fits {selector.matchers}")

    def _called(self, call: Call) -> Names | None:
        for argument in call.args:
            if call.func.name in GROWTH and isinstance(argument, MatrixSelector):
                name = argument.vector_selector.name or ""
                if not name.endswith(GROWING):
                    raise Mistake(f"{call.func.name} of {name}, which may fall")
        known = [self._labels(argument) for argument in call.args]
        labels = frozenset[str]().union(*(one for one in known if one is not None))
        if call.func.name == "histogram_quantile":
            if "le" not in labels:
                raise Mistake("histogram_quantile of what has no label le")
            return labels - {"le"}
        return None if call.func.return_type == ValueType.Scalar else labels

    def _aggregated(self, aggregation: AggregateExpr) -> Names:
        labels = self._labels(aggregation.expr) or frozenset()
        modifier = aggregation.modifier
        named = frozenset(modifier.labels) if modifier else frozenset()
        if missing := named - labels:
            raise Mistake(f"groups by {_list(missing)}, of what has {_list(labels)}")
        if modifier and modifier.type == AggModifierType.Without:
            return labels - named
        return named

    def _joined(self, binary: BinaryExpr) -> Names | None:
        left, right = self._labels(binary.lhs), self._labels(binary.rhs)
        if left is None or right is None:
            return left if right is None else right
        modifier = binary.modifier
        if modifier and modifier.matching:
            named = frozenset(modifier.matching.labels)
            if missing := named - (left & right):
                raise Mistake(f"joins on {_list(missing)}, which is not on both sides")
            on = modifier.matching.type == LabelModifierType.Include
            common = (named, named) if on else (left - named, right - named)
        else:
            common = (left, right)
        if common[0] != common[1] and " or " not in str(binary):
            raise Mistake(f"joins what has {_list(common[0])} with what has {_list(common[1])}")
        if modifier and modifier.card == VectorMatchCardinality.OneToOne:
            return common[0]
        return left | frozenset(modifier.group_labels or ()) if modifier else left


def _holds(matcher: Matcher, labels: Labels) -> bool:
    value = labels.get(matcher.name, "")
    match matcher.op:
        case MatchOp.Equal:
            return value == matcher.value
        case MatchOp.NotEqual:
            return value != matcher.value
        case MatchOp.Re:
            return re.fullmatch(matcher.value, value) is not None
    return re.fullmatch(matcher.value, value) is None


def _told(query: Query, mistake: Exception) -> str:
    return f"{query.place}: {mistake}\n    {query.text}"


def _list(names: Names | set[str]) -> str:
    return ", ".join(sorted(names)) or "no label"
