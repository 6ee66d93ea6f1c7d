"""The routes of the HTTP service, one file per subject."""
