import { resolve } from 'node:path';
import { z } from 'zod';
import { StartFailure } from './failure';

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

const port = z
  .string()
  .refine(
    (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
    'must be a port: a number from 0 to 65535',
  )
  .transform(Number);

const brokers = z.string().transform((text, context) => {
  const list = text.split(',').map((broker) => broker.trim());
  if (list.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker))) return list;
  context.issues.push({
    code: 'custom',
    input: text,
    message: 'must be HOST:PORT, several separated by commas',
  });
  return z.NEVER;
});

const key = z.string().transform((text, context) => {
  const octets = Buffer.from(text, 'base64');
  if (octets.length === 32 && octets.toString('base64') === text) return octets;
  const message = 'must be 32 bytes in base64, such as `openssl rand -base64 32` prints';
  // The key itself must not come into the message.
  context.issues.push({ code: 'custom', input: undefined, message });
  return z.NEVER;
});

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** CONTRACT, "Starting it", lists them for people. */
const environment = z
  .object({
    KEELSON_PORT: port.default(8080),
    KEELSON_HOST: z.string().default('127.0.0.1'),
    KEELSON_DATA: z.string().default('.keelson'),
    DATABASE_URL: url('postgres:', 'postgresql:').optional(),
    REDIS_URL: url('redis:', 'rediss:').optional(),
    KAFKA_BROKERS: brokers.optional(),
    KEELSON_ADMIN_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 printable characters without spaces')
      .optional(),
    KEELSON_ENCRYPTION_KEY: key.optional(),
    KEELSON_ALLOW_PRIVATE_CALLBACKS: z
      .enum(['true', 'false'], 'must be true or false')
      .default('false')
      .transform((text) => text === 'true'),
    LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
  })
  .superRefine((given, context) => {
    if (given.DATABASE_URL === undefined || given.KEELSON_ENCRYPTION_KEY !== undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['KEELSON_ENCRYPTION_KEY'],
      message:
        'is needed with DATABASE_URL, the same in every process: 32 bytes in base64, such as `openssl rand -base64 32` prints',
    });
  });

export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Undefined: embedded. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  readonly kafkaBrokers?: string[];
  readonly adminToken?: string;
  readonly encryptionKey?: Buffer;
  readonly allowPrivateCallbacks: boolean;
  readonly logLevel: (typeof LEVELS)[number];
}

/** Throws a StartFailure that names the first setting that is not right. An empty one counts as not set. */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): Settings => {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const read = environment.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new StartFailure(`${String(issue?.path[0])} ${issue?.message}`);
  }
  const settings = read.data;
  return {
    host: settings.KEELSON_HOST,
    port: settings.KEELSON_PORT,
    dataDir: resolve(settings.KEELSON_DATA),
    allowPrivateCallbacks: settings.KEELSON_ALLOW_PRIVATE_CALLBACKS,
    logLevel: settings.LOG_LEVEL,
    ...(settings.DATABASE_URL === undefined ? {} : { databaseUrl: settings.DATABASE_URL }),
    ...(settings.REDIS_URL === undefined ? {} : { redisUrl: settings.REDIS_URL }),
    ...(settings.KAFKA_BROKERS === undefined ? {} : { kafkaBrokers: settings.KAFKA_BROKERS }),
    ...(settings.KEELSON_ADMIN_TOKEN === undefined ? {} : { adminToken: settings.KEELSON_ADMIN_TOKEN }),
    ...(settings.KEELSON_ENCRYPTION_KEY === undefined
      ? {}
      : { encryptionKey: settings.KEELSON_ENCRYPTION_KEY }),
  };
};
