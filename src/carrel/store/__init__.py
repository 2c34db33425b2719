"""The database: tables, migrations, repositories that return domain values, and units of work."""
