"""Read models: disposable, rebuildable from the sealed log, written by nobody else."""
