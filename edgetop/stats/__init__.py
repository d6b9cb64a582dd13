"""Statistics over inferences and sensor readings: pure, no I/O, time is passed in."""
