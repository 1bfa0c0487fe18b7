"""Strategies of one run, or several runs, side by side: which of them deserves the money."""
