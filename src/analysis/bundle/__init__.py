"""What leaves the project for a publisher, a reviewer or a class: one study as a folder or zip that stands alone."""
