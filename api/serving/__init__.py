"""The web server: how many connections, how long a request, how one answer leaves, TLS."""
