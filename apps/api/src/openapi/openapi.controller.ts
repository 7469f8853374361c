import { Controller, Header, Inject } from '@nestjs/common';
import { Handle } from '../http/operation';
import { operations } from '../operations';
import { OPTIONS, type ApiOptions } from '../options';
import { docsPage } from './docs-page';
import { openapiDocument } from './document';
import { docs, index, openapi } from './openapi.operations';

const LINKS = {
  docs: '/docs',
  openapi: '/openapi.json',
  health: '/healthz',
  readiness: '/readyz',
  metrics: '/metrics',
};

@Controller()
export class OpenapiController {
  private readonly document: ReturnType<typeof openapiDocument>;
  private readonly page: string;
  private readonly version: string;

  constructor(@Inject(OPTIONS) { version }: ApiOptions) {
    this.version = version;
    this.document = openapiDocument(operations, version);
    this.page = docsPage(operations, this.document, version);
  }

  @Handle(index)
  index() {
    return { name: 'keelson', version: this.version, links: LINKS };
  }

  @Handle(openapi)
  openapi() {
    return this.document;
  }

  @Handle(docs)
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
  docs() {
    return this.page;
  }
}
