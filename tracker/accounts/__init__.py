"""Sign-in, sessions, and who the person at the screen is."""
