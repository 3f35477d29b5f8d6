"""Everything under /_mock: the test's and the developer's side of the mock.  Never under a vendor path."""
