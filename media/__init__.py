"""Pixels and sound: timeline, motion, captions, audio, render, inspect."""
