/** Imports point one way: apps → libs/{k8s,event-store,messaging} → libs/domain. */
const infrastructure = '@nestjs/|^node_modules/(pg|undici|bullmq|kafkajs|fastify|pino)';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    { name: 'libs-never-import-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'domain-imports-no-other-library',
      severity: 'error',
      from: { path: '^libs/domain/' },
      to: { path: '^libs/(event-store|messaging|k8s)/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'No Nest, no database, no sockets, no clock, no random in the domain.',
      severity: 'error',
      from: { path: '^libs/domain/src', pathNot: '\\.spec\\.ts$' },
      to: { path: `${infrastructure}|^(node:)?(fs|net|http|https|child_process|timers|os|worker_threads)$` },
    },
    {
      name: 'k8s-knows-nothing-of-storage',
      severity: 'error',
      from: { path: '^libs/k8s/' },
      to: { path: '^libs/(event-store|messaging)/|^node_modules/(pg|bullmq|kafkajs)' },
    },
    { name: 'libs-know-no-nest', severity: 'error', from: { path: '^libs/' }, to: { path: '@nestjs/' } },
    {
      name: 'event-store-stands-alone',
      severity: 'error',
      from: { path: '^libs/event-store/' },
      to: { path: '^libs/(messaging|k8s)/' },
    },
    {
      name: 'apps-meet-only-in-server',
      comment: 'server, demo and bench put parts together; every other app knows only libraries.',
      severity: 'error',
      from: { path: '^apps/(api|worker|cli|web)/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'the-cli-speaks-http-only',
      severity: 'error',
      from: { path: '^apps/cli/' },
      to: { path: '^libs/' },
    },
    {
      name: 'no-test-code-in-product',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '/dist/' },
    enhancedResolveOptions: {
      mainFields: ['types', 'main'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'import', 'types'],
    },
  },
};
