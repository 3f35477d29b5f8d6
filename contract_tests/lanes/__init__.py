"""The lanes: which requests are sent, in which order, and on which calls."""
