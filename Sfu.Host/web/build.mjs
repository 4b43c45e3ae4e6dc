// Bundles the page: `node build.mjs OUTPUT_FOLDER`. Sfu.Host.csproj calls it with a folder below obj/.
import { build } from "esbuild";
import { cp, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? join(here, "dist"));

await mkdir(output, { recursive: true });
await cp(join(here, "public"), output, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: { page: "src/main.ts", cluster: "src/cluster.ts" },
  outdir: output,
  bundle: true,
  format: "iife",
  target: ["chrome111", "firefox120", "safari16"],
  minify: true,
  sourcemap: true,
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  logLevel: "warning",
});
