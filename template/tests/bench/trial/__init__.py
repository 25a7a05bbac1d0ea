"""Endpoints that do one thing each, to see what it costs: a module for each of them.

Each has a `NAME` and a `router` with one route, `GET /trial/<module>`.
"""
