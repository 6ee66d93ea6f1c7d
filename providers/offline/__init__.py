"""Providers that need no key and no network: writer, voice and illustrator."""
