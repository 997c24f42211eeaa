"""System checks of the project (`manage.py check`)."""
