"""Scenarios: the YAML that a session's world is made from, its strict reader, and those that come with the mock."""
