"""What a session was asked, what it answered, and what happened in it.  Bounded; what was evicted is told."""
