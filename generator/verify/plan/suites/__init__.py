"""One module for each kind of scenario; each adds its scenarios to the context."""
