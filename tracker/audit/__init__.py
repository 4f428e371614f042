"""The append-only record of acts."""
