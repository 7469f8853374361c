import { Inject, Injectable } from '@nestjs/common';
import type { EventStore } from '@keelson/event-store';
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { onlineRate } from '@keelson/domain';
import { tallies } from '../nodes/nodes.queries';
import { openDeliveries } from '../webhooks/webhooks.queries';
import { LOGGER, REGISTRY, STORE, type ApiLogger } from '../options';
import { logLags } from './lag.queries';

/** What the API measures. The gauges are read from the database when somebody looks, and cost nothing otherwise. */
@Injectable()
export class Metrics {
  readonly appended: Counter;
  private readonly requests: Histogram<'method' | 'route' | 'status'>;

  constructor(
    @Inject(REGISTRY) readonly registry: Registry,
    @Inject(STORE) store: EventStore,
    @Inject(LOGGER) private readonly logger: ApiLogger,
  ) {
    const registers = [registry];
    this.appended = new Counter({
      name: 'keelson_api_events_appended_total',
      help: 'Events appended by commands that came through this API process',
      registers,
    });
    this.requests = new Histogram({
      name: 'keelson_http_request_duration_seconds',
      help: 'Time to answer, by route template; streams count until they end',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.sealerGauges(store, registers);
    this.positionGauges(store, registers);
    this.nodeGauges(store, registers);
    this.callbackGauges(store, registers);
  }

  observeRequests(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      const { method, routeOptions } = request;
      const route = routeOptions.config.operation?.path ?? 'none';
      this.requests.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
      done();
    });
  }

  private sealerGauges(store: EventStore, registers: Registry[]): void {
    const seconds = new Gauge({
      name: 'keelson_sealer_lag_seconds',
      help: 'Age of the oldest event that has no position yet',
      registers,
    });
    const tell = this.guarded(async () => {
      const lag = await store.sealerLag();
      seconds.set(lag.seconds);
      events.set(lag.events);
    });
    const events = new Gauge({
      name: 'keelson_sealer_lag_events',
      help: 'Events that have no position yet',
      registers,
      collect: tell,
    });
  }

  private positionGauges(store: EventStore, registers: Registry[]): void {
    const position = new Gauge({
      name: 'keelson_log_position',
      help: 'Newest position; equal to the number of sealed events',
      registers,
    });
    const lag = new Gauge({
      name: 'keelson_projection_lag_events',
      help: 'Positions that a projection has still to read',
      labelNames: ['projection'],
      registers,
      collect: this.guarded(async () => {
        const { head, projections } = await logLags(store.pool);
        position.set(head);
        lag.reset();
        for (const projection of projections)
          lag.set({ projection: projection.name }, head - projection.position);
      }),
    });
  }

  private nodeGauges(store: EventStore, registers: Registry[]): void {
    const tell = this.guarded(async () => {
      const now = Date.now();
      const all = await tallies(store.pool);
      const whole = onlineRate(
        all.map(({ tally }) => tally),
        now,
      );
      fleet.set(whole ?? Number.NaN);
      rate.reset();
      for (const { cluster, tally } of all) rate.set({ cluster }, onlineRate([tally], now) ?? Number.NaN);
    });
    const fleet = new Gauge({
      name: 'keelson_fleet_node_online_rate',
      help: 'As keelson_node_online_rate, of all clusters together, weighted by node-time',
      registers,
      collect: tell,
    });
    const rate = new Gauge({
      name: 'keelson_node_online_rate',
      help: 'Part of the node-time of 30 days and today in which nodes were Ready and not under repair',
      labelNames: ['cluster'],
      registers,
      collect: tell,
    });
  }

  private callbackGauges(store: EventStore, registers: Registry[]): void {
    const deliveries = new Gauge({
      name: 'keelson_callback_deliveries',
      help: 'Deliveries to webhooks, and to those whom releases call back, that are pending or were given up',
      labelNames: ['to', 'phase'],
      registers,
      collect: this.guarded(async () => {
        const counts = await openDeliveries(store.pool);
        deliveries.reset();
        for (const { to, phase, count } of counts) deliveries.set({ to, phase }, count);
      }),
    });
  }

  /** Metrics must be readable when the database is not: that is when they are looked at. */
  private guarded(collect: () => Promise<void>): () => Promise<void> {
    return async () => {
      try {
        await collect();
      } catch (err) {
        this.logger.warn({ err }, 'a metric cannot be read');
      }
    };
  }
}
