"""The order of the steps, and how a run survives a crash."""
