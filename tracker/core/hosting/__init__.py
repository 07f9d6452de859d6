"""Where a desk runs and is published: the choices, what they cost, the files they make."""
