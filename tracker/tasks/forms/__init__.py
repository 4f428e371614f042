"""What is typed on the pages of tasks; every rule stands in commands as well."""
