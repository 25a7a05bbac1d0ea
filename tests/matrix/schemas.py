"""What the published schemas say of the documents that other services read.

The schemas come with check-jsonschema, so nothing is fetched.
"""

import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema_rs import ValidationError, ValidationErrorKind, Validator, validator_for
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

SCHEMAS = {
    ".github/workflows/*.yml": "vendor.github-workflows",
    ".github/actions/*/action.yml": "vendor.github-actions",
    ".github/ISSUE_TEMPLATE/*.yml": "vendor.github-issue-forms",
    ".github/dependabot.yml": "vendor.dependabot",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "renovate.json": "vendor.renovate",
    "compose*.yaml": "vendor.compose-spec",
}
"""What a path looks like, and the schema of what is there."""


def check(path: PurePosixPath, text: str) -> Iterator[str]:
    """Yield where a document is not what its readers take."""
    for pattern, name in SCHEMAS.items():
        if path.match(pattern):
            try:
                # Of YAML 1.2, as its readers are: for PyYAML the key `on` is a truth value.
                document = YAML(typ="safe", pure=True).load(text)
            except YAMLError:  # files.py reports it
                return
            for error in _validator(name).iter_errors(document):
                deepest = max(_causes(error), key=_depth)
                place = ".".join(map(str, deepest.instance_path)) or "the whole"
                yield f"breaks its schema at {place}: {textwrap.shorten(deepest.message, 200)}"


@cache
def _validator(name: str) -> Validator:
    return validator_for(get_builtin_schema(name))


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Yield an error, and why each of the alternatives that it names does not fit."""
    yield error
    match error.kind:
        case (
            ValidationErrorKind.AnyOf(context=branches)
            | ValidationErrorKind.OneOfNotValid(context=branches)
        ):
            for branch in branches:
                for cause in branch:
                    yield from _causes(cause)


def _depth(error: ValidationError) -> tuple[int, bool]:
    """Say how near an error is to the mistake; a key too many says more than a wrong type."""
    is_key = isinstance(error.kind, ValidationErrorKind.AdditionalProperties)
    return len(error.instance_path), is_key
