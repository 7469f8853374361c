import { Controller, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { accepts } from '../http/accepts';
import { Handle, Input, type InputOf } from '../http/operation';
import { OpenStreams } from '../http/open-streams';
import { DEFAULT_LIMIT } from '../schemas/common';
import { listAudit, NDJSON, verifyAudit } from './audit.operations';
import { ExportAudit, ListAudit, VerifyAudit } from './read-audit';

@Controller()
export class AuditController {
  constructor(
    private readonly queries: QueryBus,
    private readonly streams: OpenStreams,
  ) {}

  @Handle(listAudit)
  async list(@Input() { query }: InputOf<typeof listAudit>, @Res({ passthrough: true }) reply: FastifyReply) {
    const { limit, ...filter } = query;
    if (!accepts(reply.request, NDJSON)) {
      return this.queries.execute(new ListAudit(filter, limit ?? DEFAULT_LIMIT));
    }
    const lines = await this.queries.execute(new ExportAudit(filter, limit));
    return this.streams.start(reply, NDJSON, () => lines);
  }

  @Handle(verifyAudit)
  verify(@Input() { query }: InputOf<typeof verifyAudit>) {
    return this.queries.execute(new VerifyAudit(query));
  }
}
