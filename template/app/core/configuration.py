"""Reading the settings: all that is wrong or dangerous is told at once, with its mend."""

import os
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource, SettingsError

from app.core.registry import Registry
from app.core.settings import CoreSettings, FeatureSettings, Settings

ENV_FILE = Path(".env")
"""Read beneath the environment, from the directory in which the service is started."""


class ConfigurationError(Exception):
    """The settings do not allow a start; the message lists every problem and its mend."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"The settings do not allow a start:\n{listed}")


def load_settings(
    kinds: Iterable[type[FeatureSettings]],
    given: Iterable[Settings],
    registry: Registry,
    env_file: Path | None = ENV_FILE,
) -> CoreSettings:
    """Put the settings of every kind into the registry.

    Settings given are used as they are, the others are read.

    Raises:
        ConfigurationError: Some are wrong, or dangerous where this runs. It lists all.
    """
    ready = {type(settings): settings for settings in given}
    wanted: list[type[Settings]] = [CoreSettings, *kinds]
    problems: list[str] = []
    for kind in wanted:
        if kind in ready:
            continue
        settings, wrong = _read(kind, env_file)
        problems += wrong
        if settings is not None:
            ready[kind] = settings
    core = ready.get(CoreSettings)
    if isinstance(core, CoreSettings) and core.environment.is_deployed:
        problems += core.dangers()
        for settings in ready.values():
            if isinstance(settings, FeatureSettings):
                problems += settings.dangers(core)
    if problems:
        raise ConfigurationError(problems)
    for settings in ready.values():
        registry.add(settings)
    return registry.get(CoreSettings)


def _read(kind: type[Settings], env_file: Path | None) -> tuple[Settings | None, list[str]]:
    """Return settings and what is wrong with them.

    Where that can be done, wrong ones are replaced by their defaults, so that what is
    dangerous about the right ones is found in the same go.
    """
    try:
        return kind(_env_file=env_file), []
    except SettingsError as error:
        return None, [f"{kind.__name__}: {error}."]
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
    wrong = [_explain(kind, one["loc"], one["msg"]) for one in found]
    names = {str(one["loc"][0]) for one in found if one["loc"]}
    fields = {name: field for name, field in kind.model_fields.items() if name in names}
    if "environment" in names or any(field.is_required() for field in fields.values()):
        return None, wrong
    defaults = {
        name: field.get_default(call_default_factory=True) for name, field in fields.items()
    }
    try:
        return kind(_env_file=env_file, **defaults), wrong
    except ValidationError:
        return None, wrong


def _explain(kind: type[Settings], place: tuple[int | str, ...], message: str) -> str:
    """Say what is wrong with a setting, and what it is for."""
    text = message.removeprefix("Value error, ").rstrip(".")
    if not place:
        return f"{kind.__name__}: {text}."
    name = str(place[0])
    field = kind.model_fields.get(name)
    if field is None:  # it has an alias, which is the name of its variable
        return f"{name.upper()}: {text}."
    purpose = " ".join((field.description or "").split())
    return f"{variable(kind, name)}: {text}. {purpose}".rstrip()


def variable(kind: type[Settings], name: str) -> str:
    """Return the environment variable that a setting is read from."""
    alias = kind.model_fields[name].validation_alias
    return str(alias or f"{kind.model_config['env_prefix']}{name}").upper()


def unknown_variables(
    kinds: Iterable[type[Settings]], env_file: Path | None = ENV_FILE
) -> Iterator[tuple[str, str | None]]:
    """Find variables with the prefix of a kind that nothing reads, each with a name like it.

    They are usually misspelt, and a setting that silently keeps its default is hard to find.
    """
    kinds = tuple(kinds)
    known = {variable(kind, name) for kind in kinds for name in kind.model_fields}
    prefixes = tuple(filter(None, (kind.model_config["env_prefix"].upper() for kind in kinds)))
    in_file = DotEnvSettingsSource(CoreSettings, env_file=env_file).env_vars
    for name in sorted({name.upper() for name in (*os.environ, *in_file)} - known):
        if name.startswith(prefixes):
            yield name, next(iter(get_close_matches(name, known, n=1)), None)
