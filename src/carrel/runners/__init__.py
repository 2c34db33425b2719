"""Runners turn a project into a sandbox and back; they carry no traffic."""
