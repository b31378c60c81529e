"""What one request, one connection and one caller may take of the server."""
