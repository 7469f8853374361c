import { resolve } from 'node:path';
import { StartFailure } from './failure';
import { readSettings } from './settings';

const key = Buffer.alloc(32, 7).toString('base64');

describe('settings', () => {
  it('need nothing', () => {
    expect(readSettings({ UNRELATED: 'x' })).toEqual({
      host: '127.0.0.1',
      port: 8080,
      dataDir: resolve('.keelson'),
      allowPrivateCallbacks: false,
      logLevel: 'info',
    });
  });

  it('take what is set, and nothing for what is set to nothing', () => {
    expect(
      readSettings({
        KEELSON_HOST: '::',
        KEELSON_PORT: '0',
        KEELSON_DATA: '/data',
        DATABASE_URL: 'postgres://u:p@db/keelson',
        REDIS_URL: '',
        KAFKA_BROKERS: 'a:9092, b:9092',
        KEELSON_ADMIN_TOKEN: 'a-token-of-some-length',
        KEELSON_ENCRYPTION_KEY: key,
        KEELSON_ALLOW_PRIVATE_CALLBACKS: 'true',
        LOG_LEVEL: 'debug',
      }),
    ).toEqual({
      host: '::',
      port: 0,
      dataDir: '/data',
      databaseUrl: 'postgres://u:p@db/keelson',
      kafkaBrokers: ['a:9092', 'b:9092'],
      adminToken: 'a-token-of-some-length',
      encryptionKey: Buffer.alloc(32, 7),
      allowPrivateCallbacks: true,
      logLevel: 'debug',
    });
  });

  it.each([
    ['KEELSON_PORT', 'eighty'],
    ['KEELSON_PORT', '70000'],
    ['KEELSON_PORT', '-1'],
    ['DATABASE_URL', 'mysql://db'],
    ['REDIS_URL', 'localhost:6379'],
    ['KAFKA_BROKERS', 'kafka'],
    ['KAFKA_BROKERS', 'a:9092,'],
    ['KEELSON_ADMIN_TOKEN', 'short'],
    ['KEELSON_ADMIN_TOKEN', 'sixteen and more with spaces'],
    ['KEELSON_ENCRYPTION_KEY', 'AAAA'],
    ['KEELSON_ENCRYPTION_KEY', `${key}!`],
    ['KEELSON_ALLOW_PRIVATE_CALLBACKS', 'yes'],
    ['LOG_LEVEL', 'loud'],
  ])('name what is wrong with %s=%s in one line, without its value', (name, value) => {
    const read = (): unknown => readSettings({ [name]: value });
    expect(read).toThrow(StartFailure);
    expect(read).toThrow(new RegExp(`^${name} must [^\\n]+$`));
    if (/TOKEN|KEY/.test(name)) expect(read).not.toThrow(value);
  });

  it('want a key for a database of one’s own, because every process needs the same', () => {
    expect(() => readSettings({ DATABASE_URL: 'postgres://db/x' })).toThrow(
      /^KEELSON_ENCRYPTION_KEY is needed/,
    );
  });
});
