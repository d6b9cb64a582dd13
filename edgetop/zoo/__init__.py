"""Architectures that edgetop builds itself, and how a model's name becomes a file."""
