"""What pages say that a terminal says, a terminal has said."""

import pytest

from tests.generate import ROOT
from website.record import recorded, steady

PAGE = """
<!-- type: cd .. -->
Words stay.

```console
$ echo one two
forgotten
$ pwd && ls --directory keelson
```

```sh
echo not run
```
"""


def test_sessions_are_typed_again_into_one_shell_and_the_rest_stays() -> None:
    expected = PAGE.replace("forgotten", "one two").replace(
        "keelson\n```", "keelson\n~\nkeelson\n```"
    )
    assert recorded(PAGE) == expected


def test_a_command_that_fails_is_no_recording() -> None:
    with pytest.raises(RuntimeError, match="cat nothing"):
        recorded("```console\n$ cat nothing\n```\n")


def test_times_and_ids_are_always_the_same() -> None:
    said = steady("done in 12.3 ms at 2026-01-02T03:04:05Z", ROOT)
    assert said == steady("done in 4 ms at 2027-01-02T03:04:06Z", ROOT)
