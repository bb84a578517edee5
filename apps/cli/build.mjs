// Builds the three apps and their libraries in the working folder: each source by itself into `dist`, within seconds. Types
// are what `npm run check` looks at.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { transformFile } from '@swc/core';

const OPTIONS = {
  swcrc: false,
  sourceMaps: true,
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
    target: 'es2022',
    baseUrl: resolve('.'),
    paths: { '@duban/*': ['./libs/*/src'] },
  },
  // What is imported when it is needed may be a module that cannot be required; the names of one that can are told to Node.
  module: { type: 'commonjs', ignoreDynamic: true, exportInteropAnnotation: true },
};

const names = (folder) => readdirSync(folder, { withFileTypes: true }).map(({ name }) => `${folder}/${name}`);
const folders = [...['api', 'worker', 'cli'].map((app) => `apps/${app}`), ...names('libs')].filter(
  (folder) => folder !== 'libs/testing',
);
const sources = folders
  .flatMap((folder) => readdirSync(`${folder}/src`, { recursive: true }).map((file) => join(folder, 'src', file)))
  .filter((file) => file.endsWith('.ts') && !/(\.d|[.-]spec)\.ts$/.test(file));

try {
  await Promise.all(sources.map(build));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function build(source) {
  const target = join('dist', source.replace(/\.ts$/, '.js'));
  const { code, map } = await transformFile(source, { ...OPTIONS, sourceFileName: resolve(source) });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.map`, map);
  writeFileSync(target, `${code}\n//# sourceMappingURL=${basename(target)}.map\n`);
}
