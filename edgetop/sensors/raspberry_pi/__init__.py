"""What only the Raspberry Pi has: its firmware's own answers, and the VideoCore GPU."""
