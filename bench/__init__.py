"""What is timed, and against what. `make bench` prints everything; nothing is kept."""
