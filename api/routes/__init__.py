"""HTTP routes: each module gives a function that takes the services and returns its routes."""
