"""The only side effects: files, processes, the database, the server."""
