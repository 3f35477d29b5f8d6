"""The formats of a report by name, each with its file. Light, so that the command line can name them for nothing."""

FILES = {
    "html": "report.html",
    "junit": "junit.xml",
    "json": "results.json",
    "sarif": "results.sarif",
    "ctrf": "ctrf-report.json",
    "summary": "summary.md",
    "annotations": "annotations.txt",
    "badge": "badge.json",
    "har": "exchanges.har",
}
USUAL = ("html", "junit", "json")
"""What a check renders unless it is told otherwise."""
