"""Samples as files and lines for other programs: the bytes are the contract."""
