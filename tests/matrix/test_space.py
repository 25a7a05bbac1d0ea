"""Every combination of answers is known, and none that the wizard would not give."""

import random
from itertools import chain, combinations

import pytest
from copier._main import Worker
from copier._settings import SettingsModel

from tests.matrix import questions
from tests.matrix.space import Space, hashable

QUESTIONS = """
name:
  type: str
  help: What is it called?
  default: Party
motto:
  type: str
  help: Under which motto?
  default: ""
cake:
  type: str
  help: Which cake?
  choices: {Cheese: cheese, Lemon: lemon, None: none}
  default: lemon
has_cake:
  type: bool
  when: false
  default: "{{ cake != 'none' }}"
candles:
  type: int
  help: How many candles?
  choices: [1, 5, 9]
  default: 5
  validator: "{% if cake == 'cheese' and candles == 9 %}Too many for it.{% endif %}"
  when: "{{ has_cake }}"
matches:
  type: bool
  help: Does somebody bring matches?
  default: true
  when: "{{ has_cake and candles != 1 }}"
has_fire:
  type: bool
  when: false
  default: "{{ has_cake and matches }}"
music:
  type: str
  help: Which music?
  choices:
    Band: band
    Records: {value: records, validator: "{% if has_fire %}They melt.{% endif %}"}
  default: band
is_loud:
  type: bool
  when: false
  default: "{{ music == 'band' or motto != '' }}"
"""
"""Each kind of question that copier.yml has, few enough to go through all that they allow."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Space:
    """A space that does not grow with the template."""
    root = tmp_path_factory.mktemp("small")
    (root / "copier.yml").write_text(QUESTIONS)
    return Space(root)


def assert_the_prompts_agree(space: Space, answers: dict[str, object], asked: set[str]) -> None:
    with Worker(
        src_path=str(space.root),
        dst_path=space.root / "nowhere",
        data={name: answers[name] for name in asked},
        settings=SettingsModel(),
        defaults=True,
        quiet=True,
    ) as worker:
        worker._ask()
        prompted = {name: hashable(worker.answers.combined[name]) for name in answers}
    assert prompted == answers


def test_copier_knows_every_key_of_copier_yml_and_every_choice_can_be_reached(
    space: Space,
) -> None:
    assert list(questions.check(space)) == []


def test_counting_agrees_with_going_through_every_combination(small: Space) -> None:
    # With either motto: 2 kinds of music without a cake; 1 for a cake with one candle, whose
    # matches are there unasked; 3 for one with five or nine, but cheese cannot have nine.
    assert small.count() == sum(1 for _ in small.combinations())
    assert small.count() == 2 * (2 + (1 + 3) + (1 + 3 + 3))


def test_a_projection_holds_exactly_what_the_combinations_hold(small: Space) -> None:
    walked = [answers for answers, _ in small.combinations()]
    for names in chain.from_iterable(combinations(small.names, size) for size in (1, 2, 3)):
        seen = {tuple(answers[name] for name in names) for answers in walked}
        projected = [tuple(answers[name] for name in names) for answers in small.project(names)]
        assert len(projected) == len(set(projected)), names
        assert set(projected) == seen, names


def test_chance_draws_what_the_combinations_hold_and_asks_the_same(small: Space) -> None:
    walked = {frozenset(answers.items()): asked for answers, asked in small.combinations()}
    chance = random.Random(0)
    drawn = [small.sample(chance) for _ in range(1_000)]
    assert {frozenset(answers.items()) for answers in drawn} == set(walked)
    for answers in drawn:
        assert set(small.asked(answers)) == walked[frozenset(answers.items())]


def test_the_real_prompts_give_the_same_answers(space: Space, small: Space) -> None:
    for answers, asked in small.combinations():
        assert_the_prompts_agree(small, answers, set(asked))
    chance = random.Random(0)
    for answers in (space.sample(chance) for _ in range(25)):
        assert_the_prompts_agree(space, answers, set(space.asked(answers)))
