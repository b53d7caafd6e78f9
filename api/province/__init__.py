"""The provincial office: who takes part, what ends, what is stopped, how far the chain reaches."""
