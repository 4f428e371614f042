"""The only reader of ladders, reminders and held runs, for pages and for the sweep."""
