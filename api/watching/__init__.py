"""What somebody who watches the machine sees: logs, metrics, readiness, the doctor's findings."""
