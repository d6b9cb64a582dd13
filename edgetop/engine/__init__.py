"""Runs the model: one run is one child process with a fixed `RunSpec`."""
