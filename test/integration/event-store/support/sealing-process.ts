import { createPool, openEventStore } from '@keelson/event-store';

/** Seals the database whose URL is given, until it is killed. */
const main = async (): Promise<void> => {
  const pool = createPool(process.argv[2] ?? '', { max: 3, application_name: 'sealing process' });
  await openEventStore({ pool });
  console.log('sealing');
};

void main();
