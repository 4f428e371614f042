"""Home pages and overviews that join the features; owns no table."""
