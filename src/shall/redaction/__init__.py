"""What is a secret: names that say so, shapes that look so, and every form of a known value."""
