// Transpiles every workspace's src/ to its dist/ with swc, only where a source is newer than its output.
// Types are checked by `npm run types`; one transpiler serves Jest and the product.
import { transformFile } from '@swc/core';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

async function* files(folder) {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

const modified = async (path) => (existsSync(path) ? (await stat(path)).mtimeMs : 0);

async function build(workspace) {
  const source = join(workspace, 'src');
  const target = join(workspace, 'dist');
  const wanted = new Set();
  let built = 0;
  for await (const file of files(source)) {
    if (!file.endsWith('.ts') || file.endsWith('.spec.ts') || file.endsWith('.d.ts')) continue;
    const output = join(target, file.slice(source.length + 1).replace(/\.ts$/, '.js'));
    wanted.add(output);
    if ((await modified(output)) > (await modified(file))) continue;
    const { code } = await transformFile(file, { configFile: join(root, '.swcrc') });
    await mkdir(dirname(output), { recursive: true });
    await writeFile(output, code);
    built += 1;
  }
  for await (const file of files(target)) if (!wanted.has(file)) await rm(file);
  return built;
}

let total = 0;
for (const group of ['libs', 'apps']) {
  for (const name of await readdir(join(root, group))) total += await build(join(root, group, name));
}
if (total > 0) console.log(`built ${total} files`);
