import type { EventStore, Vault } from '@keelson/event-store';
import type { Registry } from 'prom-client';
import type { Authenticate } from './http/authentication';

/** What the API needs of a logger; pino's has it. */
export interface ApiLogger {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

export interface ApiOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly authenticate: Authenticate;
  /** The types of events that there are. */
  readonly eventTypes: ReadonlySet<string>;
  /** Shared with the worker when both run in one process. */
  readonly registry: Registry;
  readonly logger: ApiLogger;
  /** Shown in the OpenAPI document. */
  readonly version: string;
}

/** The projection that every read comes from. */
export const FLEET = 'fleet';

export const STORE = Symbol('EventStore');
export const VAULT = Symbol('Vault');
export const REGISTRY = Symbol('Registry');
export const LOGGER = Symbol('ApiLogger');
export const OPTIONS = Symbol('ApiOptions');
