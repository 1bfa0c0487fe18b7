"""How sure a figure is: intervals, track records, and what remains after many runs were tried."""
