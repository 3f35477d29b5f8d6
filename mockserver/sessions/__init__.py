"""Sessions: isolated universes, each with its world and its clock, and whoever waits for something in one."""
