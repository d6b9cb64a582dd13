"""What the Linux kernel shows in the same way on every board."""
