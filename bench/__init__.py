"""Measurements: run by hand, reported with their machine; never asserted in a test."""
