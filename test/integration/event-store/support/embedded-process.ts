import { startEmbeddedPostgres } from '@keelson/event-store';

/** Runs an embedded server on the folder that is given, until it is killed; `exit`: ends in order without stopping it. */
const main = async (): Promise<void> => {
  const [, , dataDir = '', then] = process.argv;
  const server = await startEmbeddedPostgres({ dataDir });
  console.log(server.url);
  if (then === 'exit') process.exit(0);
  setInterval(() => undefined, 60_000);
};

main().catch((error: unknown) => {
  console.log(String(error));
  process.exit(1);
});
