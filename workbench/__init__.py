"""What runs at the desk and never inside LEAN: recorded runs, replays and the command line."""
