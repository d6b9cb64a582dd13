"""The database of recorded sessions: samples in, samples out."""
