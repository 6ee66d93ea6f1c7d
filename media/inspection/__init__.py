"""The acceptance test's measurements, one idea a file; `media.inspect` puts them together."""
