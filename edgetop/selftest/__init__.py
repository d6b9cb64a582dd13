"""What edgetop costs on this machine, against the simplest loop that runs the same model."""
