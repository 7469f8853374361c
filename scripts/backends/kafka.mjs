import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installPackages, run, serve, Unavailable, which } from './shell.mjs';

const what = 'a Kafka broker';
const source = join(import.meta.dirname, 'mock-kafka.c');
const cache = join(homedir(), '.cache', 'keelson');

/** The npm package whose tarball carries the source of librdkafka 2.15. Debian's 2.0 lacks what kafkajs needs. */
const carrier = '@confluentinc/kafka-javascript@1.10.1';
const without = ['ssl', 'gssapi', 'curl', 'zstd', 'lz4-ext', 'regex-ext'].map(
  (feature) => `--disable-${feature}`,
);

/** librdkafka's mock cluster: it speaks the protocol, keeps everything in memory, and ends with us. */
export async function startKafka() {
  const program = built();
  const server = await serve(what, program, [], {
    ready: (output) => /^127\.0\.0\.1:\d+.*$/m.exec(output)?.[0],
  });
  return { url: server.answer, stop: server.stop };
}

function built() {
  const version = createHash('sha256').update(carrier).update(without.join()).update(readFileSync(source));
  const program = join(cache, `mock-kafka-${version.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  for (const tool of ['gcc', 'g++', 'make']) {
    if (!which(tool)) installPackages(`${what} (${tool})`, 'KAFKA_BROKERS', ['build-essential']);
  }
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'build-'));
  try {
    // Another process may build it too; the rename decides, and both are the same.
    renameSync(build(folder), program);
    return program;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function build(folder) {
  console.log(`building ${what} from the source in ${carrier} (once, about 40 s)`);
  const options = { cwd: folder };
  const tarball = run(what, 'npm', ['pack', '--silent', carrier], options).split('\n').at(-1);
  run(what, 'tar', ['xzf', tarball, '--strip-components=3', 'package/deps/librdkafka'], options);
  run(what, './configure', without, options);
  run(what, 'make', ['-C', 'src', '-j2', 'librdkafka.a'], { ...options, maxBuffer: 64 << 20 });
  const libraries = /^LIBS\+=(.*)$/m.exec(readFileSync(join(folder, 'Makefile.config'), 'utf8'))?.[1];
  if (libraries === undefined) throw new Unavailable(`${what}: librdkafka's configure named no libraries`);
  const link = ['src/librdkafka.a', ...libraries.trim().split(/\s+/)];
  run(what, 'gcc', ['-O1', '-Isrc', source, ...link, '-o', 'mock-kafka'], options);
  return join(folder, 'mock-kafka');
}
