import { RunEngine } from './runs/run-engine';

export { FLEET_EVENT_TYPES } from './fleet/event-types';
export { FLEET_PROJECTION, fleetProjection } from './fleet/projection';
export type { WorkerStanding } from './clusters/cluster-sessions';
export { forgetDeliveries } from './webhooks/deliveries.queries';
export { startWorker, type Worker, type WorkerOptions } from './worker';

/** The jobs that the worker adds and does, by queue. */
export const WORKER_JOBS = { [RunEngine.QUEUE]: ['advance'] };
