"""A picture of a terminal shows what the terminal shows."""

import pyte

from website.screenshots import as_html


def test_colours_and_places_are_those_of_the_terminal() -> None:
    screen = pyte.Screen(20, 5)
    stream = pyte.Stream(screen)
    stream.feed("first <1>\r\nforgotten\r\x1b[K\x1b[1;32mgreen\x1b[0m, \x1b[7mturned\x1b[0m")
    first, second = as_html(screen).splitlines()
    assert first == "first &lt;1&gt;"
    assert second.startswith('<span style="color: #8fd694; font-weight: bold">green</span>, ')
    assert second.endswith('<span style="color: #10161d; background: #d7dde5">turned</span>')
    assert "forgotten" not in second


def test_a_wide_character_takes_two_places_and_is_shown_once() -> None:
    screen = pyte.Screen(20, 1)
    pyte.Stream(screen).feed("🎤 What?")
    assert as_html(screen) == "🎤 What?"
