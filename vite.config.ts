import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// Django's templates name these entries; frontend/templatetags/built.py reads the manifest.
const entries = [
  "src/styles/main.css",
  "src/site/main.ts",
  "src/workspace/main.ts",
  "src/zones/main.ts",
  "src/streets/main.ts",
  "src/places/main.ts",
  "src/recompute/main.ts",
  "src/forecast/main.ts",
  "src/forecast/heat.ts",
];

export default defineConfig({
  root: "frontend",
  base: "./", // addresses are relative, so that the pages decide where static files live
  publicDir: false,
  cacheDir: "../var/vite", // relative to the root above, where no packages are
  plugins: [svelte()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy knows no data: scripts or styles
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: entries.map((entry) => `frontend/${entry}`) },
  },
  worker: { format: "es" },
  test: { include: ["src/**/*.test.ts"] },
});
