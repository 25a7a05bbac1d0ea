"""What the configurator would show wrongly stops the build instead."""

import pytest
from jinja2 import Environment

from website.jinja import Untranslatable, translate

ENVIRONMENT = Environment()


@pytest.mark.parametrize(
    "text",
    [
        "{% for item in items %}{{ item }}{% endfor %}",
        "{{ name | upper }}",
        "{{ name.strip() }}",
        "{{ name is divisibleby 2 }}",
        "{{ name < 2 }}",
        "{{ 1 < name > 2 }}",
        "{{ name[1:2] }}",
        "{{ 'yes' if name }}",
        "{{ name | to_json(indent=2) }}",
        "{% macro shout(text) %}{{ text }}{% endmacro %}",
        "{% include 'a' ignore missing %}",
        "{% filter upper %}text{% endfilter %}",
    ],
)
def test_what_the_browser_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(Untranslatable, match="more than the configurator"):
        translate(ENVIRONMENT.parse(text), ENVIRONMENT.parse)


def test_what_is_included_stands_in_place() -> None:
    included = {"a": ENVIRONMENT.parse("<{{ x }}>")}
    tree = ENVIRONMENT.parse("one {% include 'a' %} two")
    expected = ["one <", ["out", ["name", "x"]], "> two"]
    assert translate(tree, included.__getitem__) == expected
