"""Result files of LEAN's, read into the events that the tracker would have been told."""
