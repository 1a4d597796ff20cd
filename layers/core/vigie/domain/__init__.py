"""The crisis domain: values and decisions, standard library only."""
