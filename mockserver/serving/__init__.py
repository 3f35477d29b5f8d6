"""Serving the mock on an address: the protocol at the line, the server above it, one process or several."""
