"""The parking lot as a pure model: a command and a moment go in, an outcome and events come out.

Nothing in here reads a clock, draws a random number or knows HTTP.  The door is `decide`; the state of a
session is the fold of its events through `evolve`; `advance` brings due timers through the same door.
"""
