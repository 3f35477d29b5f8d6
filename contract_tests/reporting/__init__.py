"""From a record to what people and machines read: pure functions, one per format, over one tally."""
