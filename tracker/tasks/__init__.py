"""Tasks from intake to verification, and the records of lateness."""
