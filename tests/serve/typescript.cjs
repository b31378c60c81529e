// The official TypeScript client: lists tools, runs one and reads a prompt, over any transport.
// usage: node typescript.cjs FOLDER stdio|http|sse TARGET...   (FOLDER holds node_modules)
const { createRequire } = require("node:module");
const [folder, transport, ...target] = process.argv.slice(2);
const sdk = createRequire(`${folder}/package.json`);
const { Client } = sdk("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = sdk("@modelcontextprotocol/sdk/client/streamableHttp.js");
const { SSEClientTransport } = sdk("@modelcontextprotocol/sdk/client/sse.js");
const { StdioClientTransport } = sdk("@modelcontextprotocol/sdk/client/stdio.js");

function connection() {
  if (transport === "stdio") {
    return new StdioClientTransport({ command: target[0], args: target.slice(1) });
  }
  const headers = process.env.TOKEN ? { Authorization: `Bearer ${process.env.TOKEN}` } : {};
  const Transport = transport === "sse" ? SSEClientTransport : StreamableHTTPClientTransport;
  return new Transport(new URL(target[0]), { requestInit: { headers } });
}

async function main() {
  const client = new Client({ name: "typescript", version: "1" });
  await client.connect(connection());
  const { tools } = await client.listTools();
  const called = await client.callTool({ name: process.env.TOOL ?? "health_check", arguments: {} });
  const { prompts } = await client.listPrompts();
  console.log(JSON.stringify({
    tools: tools.length,
    called: called.structuredContent,
    prompts: prompts.length,
  }));
  await client.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
