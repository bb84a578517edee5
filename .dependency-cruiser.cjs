/** Arrows point one way: each library may import those before it in this list, and their public side only. */
const LIBRARIES = [
  'kernel',
  'state-machine',
  'domain',
  'breakdown',
  'platform',
  'documents',
  'database',
  'history',
  'queue',
  'directory',
  'evidence',
  'tasks',
  'supervision',
  'notifications',
  'reporting',
  'testing',
];
const PURE = ['kernel', 'state-machine', 'domain', 'breakdown'];
const SPECS = '(\\.(spec|int-spec|e2e-spec)\\.ts$|/test/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...LIBRARIES.map((library, place) => ({
      name: `${library}-looks-down`,
      comment: `libs/${library} imports only what comes before it`,
      severity: 'error',
      from: { path: `^libs/${library}/`, pathNot: SPECS },
      to: { path: `^libs/(${LIBRARIES.slice(place + 1).join('|') || 'none'})/` },
    })),
    { name: 'libs-do-not-import-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'pure-libraries-stay-pure',
      comment: 'no Nest, no database, no queue, no files, no network, no environment',
      severity: 'error',
      from: { path: `^libs/(${PURE.join('|')})/`, pathNot: SPECS },
      to: {
        path: '(@nestjs|typeorm|bullmq|ioredis|/pg/|^(node:)?(fs|net|http|https|child_process|process|os|worker_threads)(/|$))',
      },
    },
    {
      name: 'no-reach-inside',
      comment: 'another library is what its index.ts exports',
      severity: 'error',
      from: { path: '^(libs/[^/]+|apps/[^/]+)/', pathNot: '^libs/testing/src/global-setup' },
      to: { path: '^libs/[^/]+/src/.+', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^$1/'] },
    },
    {
      name: 'supervision-does-not-send',
      severity: 'error',
      from: { path: '^libs/supervision/' },
      to: { path: '^libs/notifications/' },
    },
    {
      name: 'testing-is-for-specs',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: [SPECS, '^libs/testing/', '^apps/cli/bootstrap\\.mjs$'] },
      to: { path: '^libs/testing/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '(^|/)dist/' },
  },
};
