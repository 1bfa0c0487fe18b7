"""Runs at the desk: one record of everything that is known of a run, whatever it came from."""
