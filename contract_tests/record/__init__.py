"""The append-only record of a run (NDJSON). It is the truth; everything else is rendered from it."""
