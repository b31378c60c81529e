# docker build -t mcp-server-spec-python .
# docker run -d --name mcp-server -p 3001:3001 --restart unless-stopped mcp-server-spec-python
FROM python:3.11-slim

WORKDIR /app

# No gcc: every dependency has a wheel for x86-64 and arm64. On another architecture pycurl is
# compiled, and this line is needed first:
#   RUN apt-get update && apt-get install -y --no-install-recommends gcc libcurl4-openssl-dev libssl-dev

COPY . .
RUN pip install --no-cache-dir .

# `python -m` and `python -c` else import from the working folder first, which is the workspace.
ENV PYTHONSAFEPATH=1

# The server runs as user 1000, which writes to these two folders only: requirements to specs, its
# state (logs/shall) and logs to logs. A folder that is mounted over one must belong to that user:
#   mkdir -p specs logs && sudo chown 1000:1000 specs logs
# Where the state cannot be written, /ready answers 503 with "state not writable".
RUN useradd --uid 1000 --no-create-home --shell /usr/sbin/nologin mcp \
    && mkdir -p specs logs \
    && chown mcp:mcp specs logs
USER 1000:1000

EXPOSE 3001

# What `curl -f http://localhost:3001/health` asks, without curl: the slim image has none.
HEALTHCHECK --interval=30s --timeout=10s --start-period=5s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:3001/health', timeout=8)"]

CMD ["python", "-m", "mcp_server_spec.main", "--transport", "http-stream", "--host", "0.0.0.0", "--port", "3001"]
