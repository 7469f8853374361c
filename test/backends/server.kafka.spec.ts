import { randomBytes, randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { readSettings, startServer } from '@keelson/server';
import { pino } from 'pino';
import { eventually } from './support/eventually';
import { createDatabase, server } from './support/servers';

jest.setTimeout(60_000);

it('a server with KAFKA_BROKERS reads its own writes through the topic, and says what it uses', async () => {
  const brokers = server('KAFKA_BROKERS');
  const database = await createDatabase();
  const token = 'a-token-for-this-test';
  const running = await startServer(
    readSettings({
      DATABASE_URL: database.url,
      KAFKA_BROKERS: brokers,
      KEELSON_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      KEELSON_ADMIN_TOKEN: token,
      KEELSON_PORT: '0',
    }),
    'all',
    pino({ level: 'silent' }),
  );
  const outsider = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const consumer = outsider.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 20 });
  const ours = new Set<string>();
  try {
    expect(running.summary).toContain(` · bus Kafka ${brokers} · `);
    const url = `${/http:\/\/\S+/.exec(running.summary)?.[0]}/v1/clusters`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const names = Array.from({ length: 5 }, () => `c-${randomBytes(4).toString('hex')}`);
    let position = 0;
    for (const name of names) {
      const connection = { server: 'http://127.0.0.1:1', token: 'none' };
      const body = JSON.stringify({ labels: {}, connection });
      const answer = await fetch(`${url}/${name}`, { method: 'PUT', headers, body });
      expect(answer.status).toBe(202);
      ({ position } = (await answer.json()) as { position: number });
    }
    const listed = await fetch(url, { headers: { ...headers, 'keelson-min-position': String(position) } });
    const { items } = (await listed.json()) as { items: { name: string }[] };
    expect(items.map(({ name }) => name).sort()).toEqual([...names].sort());

    await consumer.connect();
    // The topic is that of every server on these brokers.
    await consumer.subscribe({ topic: 'keelson.log', fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const event = JSON.parse(String(message.value)) as { type: string; data: { cluster?: string } };
        if (event.type === 'ClusterRegistered' && names.includes(event.data.cluster ?? ''))
          ours.add(event.data.cluster ?? '');
      },
    });
    await eventually(
      'all are on the topic',
      () => ours.size,
      (count) => count === names.length,
    );
    expect([...ours]).toEqual(names);
  } finally {
    await consumer.disconnect();
    await running.stop();
    await database.drop();
  }
});
