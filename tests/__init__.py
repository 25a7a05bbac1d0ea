"""The generator's own tests. They read as a specification of what Keelson promises.

Two tiers, the cheap one first:

fast   `make test-fast`, about a minute. Renders with stock Copier and reads what comes
       out: the questions, the nasty texts, the traces of what is off, formatter and
       linter, the wizard in a terminal, copy and update without trust.
live   the rest of `make test`, marked `live`. Every preset and every combination of
       database, sign-in and example becomes a service that is installed, linted,
       type-checked, migrated, tested by its own tests on its real server, started as
       in production and called over HTTP; the hook is run where things are missing;
       services with their owners' work are updated. Needs the package index or its
       cache, PostgreSQL and MariaDB (`tests/services.py` says where). At its end stands
       what took how long. One row alone: `-k mysql-jwt-example`.

No test is skipped and no server is imitated: what cannot run fails, and says what it
needs. Nothing of the developer's own settings reaches a test (`tests/environment.py`).

Where things are:

environment.py   what processes that a test starts may see
speeding.py      what keeps stock Copier from working out the same thing again and again
interpreters.py  the Pythons of this machine, over which the rows are spread
generate.py      the template as a repository with releases; copying and updating
releases.py      every released version, rebuilt from this repository's history
variants.py      presets and combinations, enumerated from copier.yml
reading.py       what a rendered file must be
traces.py        what each feature brings along, and nothing else may
services.py      the real database servers
service.py       one generated service: its commands, its process, its databases
fuzzing.py       how schemathesis signs in
matrix/          every combination there is, file by file
"""
