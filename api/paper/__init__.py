"""The page of the virtual printer: the paper coming out, and troubles to train with."""
