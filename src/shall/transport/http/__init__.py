"""HTTP with libcurl."""
