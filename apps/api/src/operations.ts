import { applicationOperations } from './applications/applications.operations';
import { auditOperations } from './audit/audit.operations';
import { clusterOperations } from './clusters/clusters.operations';
import { diffOperations } from './diff/diff.operations';
import { driftOperations } from './drift/drift.operations';
import { eventOperations } from './events/events.operations';
import { healthOperations } from './health/health.operations';
import { holdOperations } from './holds/holds.operations';
import type { Operation } from './http/operation';
import { nodeRepairPolicyOperations } from './node-repair-policies/node-repair-policies.operations';
import { nodeOperations } from './nodes/nodes.operations';
import { openapiOperations } from './openapi/openapi.operations';
import { releaseOperations } from './releases/releases.operations';
import { runOperations } from './runs/runs.operations';
import { sidecarOperations } from './sidecars/sidecars.operations';
import { targetOperations } from './targets/targets.operations';
import { webhookOperations } from './webhooks/webhooks.operations';
import { windowOperations } from './windows/windows.operations';

/** Everything that the API can do; a test compares it with the routes that are really served. */
export const operations: readonly Operation[] = [
  ...clusterOperations,
  ...applicationOperations,
  ...releaseOperations,
  ...targetOperations,
  ...diffOperations,
  ...driftOperations,
  ...runOperations,
  ...sidecarOperations,
  ...holdOperations,
  ...windowOperations,
  ...nodeOperations,
  ...nodeRepairPolicyOperations,
  ...webhookOperations,
  ...auditOperations,
  ...eventOperations,
  ...healthOperations,
  ...openapiOperations,
];
