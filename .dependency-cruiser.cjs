const server = '^packages/server/src';
const test = String.raw`\.test\.tsx?$`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'domain decides: it imports itself and the shared vocabulary, no npm package and nothing of Node',
      severity: 'error',
      from: { path: `${server}/domain/`, pathNot: test },
      to: { pathNot: [`${server}/domain/`, '^packages/shared/'] },
    },
    {
      name: 'shared-stands-alone',
      comment: 'both sides import the vocabulary; zod is its only dependency',
      severity: 'error',
      from: { path: '^packages/shared/', pathNot: test },
      to: { pathNot: ['^packages/shared/', 'node_modules/zod/'] },
    },
    {
      name: 'postgres-stands-alone',
      comment: 'a real PostgreSQL as a process, and migrations: nothing of ours is in it',
      severity: 'error',
      from: { path: '^packages/postgres/' },
      to: { path: ['^packages/(?!postgres/)', '^prisma/'] },
    },
    {
      name: 'audit-stands-alone',
      comment: 'who checks a record needs one file and Node',
      severity: 'error',
      from: { path: '^packages/audit/', pathNot: test },
      to: { dependencyTypesNot: ['core'] },
    },
    {
      name: 'infra-knows-no-domain',
      comment: 'infra is technology that has never heard of a task',
      severity: 'error',
      from: { path: `${server}/infra/`, pathNot: test },
      to: { path: `${server}/(?!infra/)` },
    },
    {
      name: 'record-beneath-the-features',
      comment: 'what is true stands beneath all features and knows none of them, nor any door',
      severity: 'error',
      from: { path: `${server}/record/`, pathNot: test },
      to: { path: `${server}/(?!record/|domain/|infra/)` },
    },
    {
      name: 'modules-never-meet',
      comment:
        "a module sees other modules' functions only as parameters; the composition brings them together",
      severity: 'error',
      from: { path: `${server}/modules/([^/]+)/`, pathNot: test },
      to: { path: `${server}/modules/(?!$1/)[^/]+/` },
    },
    {
      name: 'modules-know-no-door',
      comment: 'doors are adapters over the commands and queries of the modules',
      severity: 'error',
      from: { path: `${server}/modules/`, pathNot: test },
      to: { path: [`${server}/doors/`, 'node_modules/(graphql|@pothos|fastify|@apollo)/'] },
    },
    {
      name: 'doors-see-no-store',
      comment: 'a door reads and changes through the modules',
      severity: 'error',
      from: { path: `${server}/doors/`, pathNot: test },
      to: { path: `${server}/record/` },
    },
    {
      name: 'platforms-stand-apart',
      comment:
        'a platform is its folder and a line in the composition: it sees domain, infra, contract and kit',
      severity: 'error',
      from: { path: `${server}/platforms/([^/]+)/`, pathNot: test },
      to: { path: `${server}/(?!domain/|infra/|platforms/($1|contract|kit)/)` },
    },
    {
      name: 'contract-and-kit-know-no-platform',
      comment: 'what holds for all of them names none',
      severity: 'error',
      from: { path: `${server}/platforms/(contract|kit)/`, pathNot: test },
      to: { path: `${server}/platforms/(?!contract|kit)` },
    },
    {
      name: 'kit-beneath-contract',
      comment: 'a tool of the kit needs no executor',
      severity: 'error',
      from: { path: `${server}/platforms/kit/`, pathNot: test },
      to: { path: `${server}/platforms/(?!kit/)` },
    },
    {
      name: 'platforms-meet-at-their-index',
      comment: 'the rest of the server sees what index.ts offers; modules get functions as parameters',
      severity: 'error',
      from: { path: `${server}/`, pathNot: [`${server}/platforms/`, test] },
      to: { path: `${server}/platforms/[^/]+/` },
    },
    {
      name: 'modules-see-types-of-platforms',
      comment: 'a module gets what it works with from app.ts',
      severity: 'error',
      from: { path: `${server}/modules/`, pathNot: test },
      to: { path: `${server}/platforms/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'prisma-for-the-schema-alone',
      comment: 'it knows the schema and migrates; the server reads and writes by itself (ADR 0004)',
      severity: 'error',
      from: { path: '^packages/(?!postgres/)' },
      to: { path: 'node_modules/@prisma/' },
    },
    {
      name: 'bullmq-in-queue-only',
      comment: 'everybody else speaks of lanes and jobs',
      severity: 'error',
      from: { path: '^packages/', pathNot: [`${server}/infra/queue`, test] },
      to: { path: 'node_modules/bullmq/' },
    },
    {
      name: 'config-at-the-edge',
      comment:
        'a factory names what it needs; only the entry points and the wiring, at the top, see the configuration',
      severity: 'error',
      from: { path: server, pathNot: [`${server}/[^/]+\\.ts$`, test] },
      to: { path: `${server}/config\\.ts$`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'features-never-meet',
      comment: 'routes compose features',
      severity: 'error',
      from: { path: '^packages/web/src/features/([^/]+)/' },
      to: { path: '^packages/web/src/features/(?!$1/)' },
    },
    {
      name: 'inbox-and-review-stand-on-decide',
      comment: 'the list and the request beside it know nothing of each other; both decide',
      severity: 'error',
      from: { path: '^packages/web/src/features/approvals/([^/]+)/' },
      to: { path: '^packages/web/src/features/approvals/(?!$1/)(inbox|review)/' },
    },
    {
      name: 'components-know-no-feature',
      comment: 'components have no domain words',
      severity: 'error',
      from: { path: '^packages/web/src/components/' },
      to: { path: '^packages/web/src/(features|app)/' },
    },
    {
      name: 'web-and-server-apart',
      comment: 'they meet in packages/shared',
      severity: 'error',
      from: { path: '^packages/(web|server)/' },
      to: { path: '^packages/(web|server)/', pathNot: '^packages/$1/' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '/src/', pathNot: test },
      to: { path: ['/testing/', test, 'node_modules/(vitest|fast-check)/'] },
    },
    {
      name: 'no-cycles',
      comment: 'not even of types',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^packages/[^/]+/dist/', '^prisma/generated/', '\\.css$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
