"""What browsers are shown: the shell in which the web application runs, its assets, and the few plain pages."""
