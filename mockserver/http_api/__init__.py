"""The vendor's API over HTTP: request to command, outcome to response.  Nothing is decided here."""
