import { readSettings, SettingsError } from './settings';

const key = Buffer.alloc(32, 7).toString('base64');

describe('settings', () => {
  it('need nothing', () => {
    expect(readSettings({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      dataDir: '.keelson',
      logLevel: 'info',
    });
  });

  it('take what is set, and nothing for what is set to nothing', () => {
    const settings = readSettings({
      KEELSON_PORT: '0',
      DATABASE_URL: 'postgres://u:p@db/keelson',
      KEELSON_ENCRYPTION_KEY: key,
      KAFKA_BROKERS: 'a:9092,b:9092',
      REDIS_URL: '',
    });
    expect(settings).toMatchObject({
      port: 0,
      databaseUrl: 'postgres://u:p@db/keelson',
      kafkaBrokers: ['a:9092', 'b:9092'],
    });
    expect(settings.encryptionKey).toHaveLength(32);
    expect(settings.redisUrl).toBeUndefined();
  });

  it.each([
    ['KEELSON_PORT', 'eighty'],
    ['KEELSON_PORT', '70000'],
    ['DATABASE_URL', 'mysql://db'],
    ['REDIS_URL', 'localhost:6379'],
    ['KAFKA_BROKERS', 'kafka'],
    ['KEELSON_ADMIN_TOKEN', 'short'],
    ['KEELSON_ENCRYPTION_KEY', 'AAAA'],
    ['KEELSON_ALLOW_PRIVATE_CALLBACKS', 'yes'],
    ['LOG_LEVEL', 'loud'],
  ])('name what is wrong with %s=%s in one line', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(SettingsError);
    expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name} must [^\\n]+$`));
  });

  it('want a key of their own for a database of one’s own', () => {
    expect(() => readSettings({ DATABASE_URL: 'postgres://db/x' })).toThrow(
      /^KEELSON_ENCRYPTION_KEY is required/,
    );
  });
});
