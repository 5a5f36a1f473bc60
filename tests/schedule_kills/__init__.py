"""SIGKILL of the scheduler, of a job and of both, at chosen moments: `python -m tests.schedule_kills`."""
