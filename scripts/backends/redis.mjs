import { freePort, installPackages, serve, which } from './shell.mjs';

const what = 'Redis';

/** A Redis that keeps nothing on disk, and evicts nothing. */
export async function startRedis() {
  if (!which('redis-server')) installPackages(what, 'REDIS_URL', ['redis-server']);
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', 'maxmemory-policy': 'noeviction' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = await serve(what, 'redis-server', args, {
    signal: 'SIGTERM',
    ready: (output) => output.includes('Ready to accept connections'),
  });
  return { url: `redis://127.0.0.1:${port}`, stop: server.stop };
}
