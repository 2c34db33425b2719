"""The rows of the specification of API v1, a module for some of its sections."""
