"""Plan documents, their reader, phases and measures."""
