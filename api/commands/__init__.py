"""The command line, one file a noun. Data go to stdout, talk to stderr; errors end with status 2."""
