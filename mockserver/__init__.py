"""A mock of VoipNow's phone calls: one implementation of the contract in `callpark_spec`."""
