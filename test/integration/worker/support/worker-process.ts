import { pino } from 'pino';
import { openWorker } from './open-worker';

/** A worker on the database whose URL and key are given, until it is killed. */
const main = async (): Promise<void> => {
  const [, , url = '', key = ''] = process.argv;
  const logger = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }, pino.destination(2));
  await openWorker({ url, key: Buffer.from(key, 'base64'), logger });
  console.log('working');
};

void main();
