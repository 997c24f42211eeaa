"""Benchmarks of the rostering engine; not part of what runs at a station."""
