"""The yardsticks. Each is one small file, changed only with a decision record."""
