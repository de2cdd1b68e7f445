"""`make run` and the throwaway servers of `make test`: knows the house only by its processes, never by an import."""
