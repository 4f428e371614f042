"""When a batch goes out at once, and when by a job."""

ISSUE_BATCH = "letters.issue"
"""The job that issues a large batch."""
AT_ONCE = 100
"""So many letters go out while the page waits, about a second; more are issued in the background."""
