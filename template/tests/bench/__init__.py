"""`make bench`: what the service does in a second, and what each of its layers costs.

A file `bench_*.py` beside the tests of a feature says what is measured of it; pytest
collects it only for `make bench`. The fixtures are those of the tests.
"""
