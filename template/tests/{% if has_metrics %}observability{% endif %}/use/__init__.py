"""Routes that make the service do what dashboards show: a module for each of its parts.

Each has a `feature` with routes below `/api/v1/use`; calling all of them a few times makes
every series exist.
"""
