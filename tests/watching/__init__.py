"""Logs, metrics, readiness and the doctor, each with the fault made for real."""
