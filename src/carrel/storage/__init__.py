"""Project homes at rest: files read, written and copied without starting a project."""
