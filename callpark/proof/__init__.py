"""The proof: the checker against wrong servers, right ones and empty ones, and the figures that come out of it.

`candidate` names a server, `serve` serves it in a process of its own, `trial` checks it, `workers` do many trials at
once, `tables` makes a `Proof` (`model`) of the outcomes, and `figures` says which of the promises hold.
"""
