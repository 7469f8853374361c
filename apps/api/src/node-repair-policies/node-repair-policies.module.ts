import { Module } from '@nestjs/common';
import { DefineNodeRepairPolicyHandler } from './define-node-repair-policy';
import { DeleteNodeRepairPolicyHandler } from './delete-node-repair-policy';
import { NodeRepairPoliciesController } from './node-repair-policies.controller';
import { GetNodeRepairPolicyHandler, ListNodeRepairPoliciesHandler } from './read-node-repair-policies';

@Module({
  controllers: [NodeRepairPoliciesController],
  providers: [
    DefineNodeRepairPolicyHandler,
    DeleteNodeRepairPolicyHandler,
    ListNodeRepairPoliciesHandler,
    GetNodeRepairPolicyHandler,
  ],
})
export class NodeRepairPoliciesModule {}
