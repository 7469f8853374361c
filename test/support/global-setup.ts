import { startTestServer, type TestServer } from './database';

/** Set-up and teardown run in one process, and share nothing else. */
export const shared = globalThis as { keelsonTestServer?: TestServer };

/** One server for the whole run of Jest; workers inherit the environment. */
export default async function setup(): Promise<void> {
  const server = await startTestServer();
  shared.keelsonTestServer = server;
  process.env.KEELSON_TEST_DATABASE_URL = server.url;
  process.env.KEELSON_TEST_TEMPLATE = server.template;
}
