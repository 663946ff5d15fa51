/** The import rules of docs/architecture.md. @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/lib/core/' },
      to: { path: '^src/', pathNot: '^src/lib/core/' },
    },
    {
      name: 'commands-never-import-server',
      comment: 'except serve, which starts it lazily',
      severity: 'error',
      from: { path: '^src/commands/', pathNot: '^src/commands/serve\\.ts$' },
      to: { path: '^src/server/' },
    },
    {
      name: 'server-never-imports-commands',
      severity: 'error',
      from: { path: '^src/server/' },
      to: { path: '^src/commands/' },
    },
    {
      name: 'lib-imports-no-edge',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: '^src/(commands|server)/' },
    },
    {
      name: 'edges-use-use-cases',
      comment: 'routes and commands call use cases, not SQL, queue or providers',
      severity: 'error',
      from: { path: '^src/(commands|server)/' },
      to: {
        path: '-repository\\.ts$|^src/lib/queue/(job-queue|worker)\\.ts$|^src/lib/providers/(sms|email|letter|broadcast)/',
      },
    },
    {
      name: 'only-repositories-import-pg',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/lib/db/|-repository\\.ts$' },
      to: {
        path: 'node_modules/(pg|pg-copy-streams|sql-template-strings|@types/pg)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-queue-imports-pg-boss',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/lib/queue/' },
      to: { path: 'node_modules/pg-boss/' },
    },
    {
      name: 'only-server-imports-fastify',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/server/' },
      to: { path: 'node_modules/(fastify|@fastify/[^/]+)/' },
    },
    {
      name: 'only-commands-import-oclif',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(commands|lib/cli)/' },
      to: { path: 'node_modules/@oclif/' },
    },
    {
      name: 'cli-support-is-for-commands',
      comment: 'except the contract between serve and the server, which the server implements',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(commands|lib/cli)/' },
      to: { path: '^src/lib/cli/', pathNot: '^src/lib/cli/server-module\\.ts$' },
    },
    {
      name: 'no-repositories-of-other-domains',
      severity: 'error',
      from: { path: '^src/lib/([^/]+)/' },
      to: { path: '-repository\\.ts$', pathNot: '^src/lib/$1/' },
    },
    {
      name: 'no-repositories-outside-domains',
      severity: 'error',
      from: { path: '^src/(lib/)?[^/]+$' },
      to: { path: '-repository\\.ts$' },
    },
    {
      name: 'only-declared-dependencies',
      comment: 'what the published package does not bring would be missing where it is installed',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
