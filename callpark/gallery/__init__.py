"""The published gallery: what the checker says of servers whose behaviour is known beforehand."""
