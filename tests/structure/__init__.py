"""The rules every file of the project keeps, as tests."""
