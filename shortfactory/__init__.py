"""The vocabulary every room shares: story, money, errors, settings, telemetry names."""
