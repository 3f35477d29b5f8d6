"""What goes wrong between a right answer and its client, because somebody asked for it.  Of one session each."""
