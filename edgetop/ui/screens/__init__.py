"""Screens: the monitor, and what opens above it."""
