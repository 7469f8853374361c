/** `--selectProjects unit integration …` picks a suite; npm scripts name the usual ones. */
const esmOnly = ['@kubernetes/client-node', 'openid-client', 'oauth4webapi', 'jose', 'jsonpath-plus'];

const project = (displayName, testMatch) => ({
  displayName,
  rootDir: __dirname,
  testMatch,
  testEnvironment: 'node',
  moduleNameMapper: { '^@keelson/([^/]+)$': ['<rootDir>/libs/$1/src', '<rootDir>/apps/$1/src'] },
  modulePathIgnorePatterns: ['/dist/'],
  transform: { '\\.[tj]s$': ['@swc/jest'] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
});

/**
 * With one PostgreSQL for the whole run; test/support/database.ts gives each file a database on it. A machine that is
 * busy with other things took longer than Jest's own 5 s for a database, a server and a cluster. (`testTimeout` of a
 * project counts only where that project runs alone.)
 */
const withDatabase = (project) => ({
  ...project,
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
});

module.exports = {
  projects: [
    project('unit', ['<rootDir>/{apps,libs}/**/*.unit.spec.ts', '<rootDir>/test/**/*.unit.spec.ts']),
    withDatabase(
      project('integration', [
        '<rootDir>/test/integration/**/*.spec.ts',
        '<rootDir>/{apps,libs}/**/*.int.spec.ts',
      ]),
    ),
    withDatabase(project('contract', ['<rootDir>/test/contract/**/*.spec.ts'])),
    withDatabase(project('e2e', ['<rootDir>/test/e2e/**/*.spec.ts'])),
    project('backends', ['<rootDir>/test/backends/**/*.spec.ts']),
    {
      ...project('kubernetes', ['<rootDir>/test/kubernetes/**/*.spec.ts', '!**/*.unit.spec.ts']),
      globalSetup: '<rootDir>/test/kubernetes/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/kubernetes/support/global-teardown.ts',
    },
  ],
};
