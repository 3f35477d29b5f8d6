"""The connection to a client, as every part of the mock may see it: its shapes, its limits, the line under it."""
