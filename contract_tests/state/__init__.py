"""The rungs: ways to get a parked call on a target."""
