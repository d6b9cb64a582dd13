"""What edgetop's claims are measured with: `python -m benchmarks`."""
