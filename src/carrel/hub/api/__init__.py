"""The dialects: each is a registry of procedures with its own envelope and error texts."""
