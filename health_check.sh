#!/bin/sh
# Ask a running server for its health: exit status 0 when it answers 200, else 1.
#   health_check.sh [URL]        every five minutes: deploy/cron/mcp-health
url=${1:-http://localhost:3001/health}

# curl prints 000 where there is no answer at all.
code=$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 "$url")

if [ "$code" = 200 ]; then
    echo "✓ MCP 服务器健康"
    exit 0
fi
echo "✗ MCP 服务器异常 (HTTP: $code)"
exit 1
