"""Serves httpbin on a free port of this machine until it is stopped."""

import sys

import httpbin
from werkzeug.serving import make_server

if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, httpbin.app, threaded=True)
    sys.stdout.write(f"listening on http://127.0.0.1:{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()
