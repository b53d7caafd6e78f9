"""Labels on their way to paper: durable states, one worker per printer."""
