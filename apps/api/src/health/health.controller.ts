import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Handle } from '../http/operation';
import { healthz, metrics, readyz } from './health.operations';
import { Metrics } from './metrics';
import { ReadinessProbe, type Readiness } from './readiness';

@Controller()
export class HealthController {
  constructor(
    private readonly probe: ReadinessProbe,
    private readonly measured: Metrics,
  ) {}

  @Handle(healthz)
  alive() {
    return { status: 'ok' };
  }

  @Handle(readyz)
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.probe.look();
    if (readiness.status !== 'ready') void reply.code(503);
    return readiness;
  }

  @Handle(metrics)
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.measured.registry.contentType);
    return this.measured.registry.metrics();
  }
}
