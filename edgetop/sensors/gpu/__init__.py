"""GPUs with a driver of their own: NVIDIA, AMD, Intel, Adreno."""
