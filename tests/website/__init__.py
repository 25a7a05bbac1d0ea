"""The documentation site, built as it is published, and looked at with a real browser."""
