import { Module } from '@nestjs/common';
import { NodesController } from './nodes.controller';
import { ListNodesHandler, SummariseNodesHandler } from './read-nodes';
import { RepairNodeHandler } from './repair-node';

@Module({
  controllers: [NodesController],
  providers: [ListNodesHandler, SummariseNodesHandler, RepairNodeHandler],
})
export class NodesModule {}
