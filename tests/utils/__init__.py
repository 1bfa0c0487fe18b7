"""The tests of what touches LEAN."""
