"""Tests of pages, routes and of the check that runs in a browser."""
