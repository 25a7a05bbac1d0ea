"""What a formatter would make of a document; what is rendered is that already."""

import io
import json
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import PurePosixPath

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


def check(path: PurePosixPath, text: str) -> Iterator[str]:
    """Yield that a document is not formatted. Whether it parses, others say."""
    try:
        match path.suffix:
            case ".json":
                formatted = json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
            case ".yaml" | ".yml":
                formatted = _format_yaml(text)
            case _:
                return
    except (ValueError, YAMLError):  # files.py reports it
        return
    lines = zip_longest(text.splitlines(), formatted.splitlines(), fillvalue="")
    for number, (ours, theirs) in enumerate(lines, 1):
        if ours != theirs:
            yield f"line {number} is not formatted: {ours!r}, not {theirs!r}"
            return


def _format_yaml(text: str) -> str:
    """Write a document anew, with its comments and quotes, and without a limit to its lines."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = len(text) + 1
    yaml.indent(mapping=2, sequence=4, offset=2)
    formatted = io.StringIO()
    yaml.dump_all(list(yaml.load_all(text)), formatted)
    return formatted.getvalue()
