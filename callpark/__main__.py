"""`python -m callpark`."""

from callpark.command_line import main

main()
