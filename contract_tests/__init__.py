"""Does an implementation keep the promise? Expectation, cases, lanes, judge, record and reports.

Nothing here knows the mock: the two meet only over HTTP.
"""
