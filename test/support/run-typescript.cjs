/** `node run-typescript.cjs FILE.ts …`: a TypeScript program in a process of its own, so that it can be killed. */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const libraries = resolve(__dirname, '../../libs');
const config = {
  jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' },
  module: { type: 'commonjs' },
  swcrc: false,
};

Module._extensions['.ts'] = (module, filename) =>
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...config, filename }).code, filename);

const find = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) =>
  find(
    request.replace(/^@keelson\/(.+)$/, (_, name) => join(libraries, name, 'src')),
    ...rest,
  );

process.argv.splice(1, 1);
require(resolve(process.argv[1]));
