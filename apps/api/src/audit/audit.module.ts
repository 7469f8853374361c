import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller';
import { ExportAuditHandler, ListAuditHandler, VerifyAuditHandler } from './read-audit';

@Module({
  controllers: [AuditController],
  providers: [ListAuditHandler, ExportAuditHandler, VerifyAuditHandler],
})
export class AuditModule {}
