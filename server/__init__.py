"""What people and programs touch: command line, HTTP API, worker, web studio."""
