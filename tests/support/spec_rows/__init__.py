"""The rows of the specifications of the API, a module for some of their sections."""
