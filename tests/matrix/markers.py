"""Off leaves no trace: the words that only a feature that is on may bring into a project.

For each flag of copier.yml, what must not occur in any file of any project without it,
and must occur in one with it. The words are in `tests/traces.py`.
"""

import re
from collections.abc import Iterator
from functools import cache

from tests.matrix.render import Rendered
from tests.matrix.space import describe
from tests.matrix.variants import Variants
from tests.traces import MARKERS

WORD_LISTS = {"common_passwords.txt"}
"""Files in which no word means what it says."""


def traces(variants: Variants) -> Iterator[str]:
    """Yield each marker that occurs without its flag, and each that never occurs."""
    flags = set(variants.space.flags)
    yield from (f"{flag}: has no markers" for flag in sorted(flags - set(MARKERS)))
    yield from (f"{flag}: has markers and is no flag" for flag in sorted(set(MARKERS) - flags))
    for flag in sorted(flags & set(MARKERS)):
        yield from _traces_of(variants, flag, MARKERS[flag])


def _traces_of(variants: Variants, flag: str, words: tuple[str, ...]) -> Iterator[str]:
    seen: set[str] = set()
    told: set[str] = set()
    for piece in variants.pieces:
        found = {
            file: places
            for file in set(variants.forms(piece).values())
            if file and (places := list(_places(file, words)))
        }
        if not found:
            continue
        for answers in variants.space.project(piece.reads | {flag}):
            file = variants.form(piece, answers)
            for word, trace in found.get(file, ()) if file else ():
                if answers[flag]:
                    seen.add(word)
                elif trace not in told:
                    told.add(trace)
                    yield f"{trace} without {flag} [{describe(answers)}]"
    yield from (f"{flag}: the marker {w!r} occurs in no project" for w in words if w not in seen)


def _places(file: Rendered, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield each marker in a path or a text, with the line around it."""
    if file.path.rpartition("/")[2] in WORD_LISTS:
        return
    text = f"{file.path}\n{_text(file)}"
    if not _any_of(words).search(text):
        return
    for word in words:
        for found in re.finditer(word, text, re.IGNORECASE):
            line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
            yield word, f"{file.path}: {found.group()!r} in {line.strip()!r}"


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


@cache
def _text(file: Rendered) -> str:
    return file.content.decode()
