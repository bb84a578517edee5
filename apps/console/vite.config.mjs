import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

// For people, whoever builds it: a shell or a test that says otherwise would bring the libraries' warnings along.
process.env.NODE_ENV = 'production';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const WORTH_PACKING = /\.(js|css|svg|json)$/;

/** The api sends what was packed once, as small as can be, and packs nothing itself. */
const packed = {
  name: 'packed',
  apply: 'build',
  closeBundle() {
    const folder = here('../../dist/console/assets');
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      if (!WORTH_PACKING.test(name) || statSync(file).size < 1024) continue;
      const bytes = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    }
  },
};

export default defineConfig({
  root: here('.'),
  plugins: [packed],
  resolve: {
    alias: [{ find: /^@duban\/([^/]+)$/, replacement: here('../../libs/$1/src/index.ts') }],
  },
  // Beside a duban that runs already: `npx vite apps/console`.
  server: { proxy: { '/api': process.env.DUBAN ?? 'http://127.0.0.1:3000' } },
  build: {
    outDir: here('../../dist/console'),
    emptyOutDir: true,
    // Which file holds what, for the budget of the first page.
    manifest: true,
    target: ['chrome109', 'firefox115', 'safari15.6'],
    chunkSizeWarningLimit: 1200,
    // Inline styles and scripts are refused by the policy of the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // What a library says of server components is nothing to a page that has none.
      onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
    },
  },
});
