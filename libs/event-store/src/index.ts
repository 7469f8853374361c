export * from './types';
export * from './errors';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './postgres/embedded';
export { createPool, type PoolOptions } from './postgres/pool';
export { migrate } from './postgres/migrate';
export { openEventStore, EventStore, type EventStoreOptions } from './store';
export { appendWithin } from './append/append-within';
export { eventId } from './append/encode';
export type { LogReader } from './read/log-reader';
export { publicEvent, type PublicEvent } from './read/public-event';
export type { Subscription, SubscribeOptions } from './read/subscription';
export { Upcasters, type Upcast } from './read/upcasters';
export type { EventFeed, Projection, ProjectionOptions } from './projection/options';
export type { CommandExecutor, CommandResult } from './command/executor';
export type { CommandUnit } from './command/unit';
export { forgetAnswers } from './command/answers';
export { chainHash, eventHash, verifyLog, type VerifyResult } from './chain/verify';
export { latestSignature, signHead, verifySignature, type HeadSignature } from './chain/signature';
export { createVault, type Vault } from './vault/vault';
