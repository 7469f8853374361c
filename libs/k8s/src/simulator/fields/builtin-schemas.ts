import { ATOMIC, type Schema, SET, keyed, struct } from './schema';

/** List semantics of the built-in types, from their OpenAPI documents (x-kubernetes-list-type, -map-type). */
const metadata = struct({ ownerReferences: keyed(['uid']), finalizers: SET, managedFields: ATOMIC });

const protocol = { protocol: 'TCP' };

const container = struct({
  env: keyed(['name'], struct({ valueFrom: struct({ configMapKeyRef: ATOMIC, secretKeyRef: ATOMIC }) })),
  ports: keyed(['containerPort', 'protocol'], undefined, protocol),
  volumeMounts: keyed(['mountPath']),
  volumeDevices: keyed(['devicePath']),
  resources: struct({ claims: keyed(['name']) }),
});

const podSpec = struct({
  containers: keyed(['name'], container),
  initContainers: keyed(['name'], container),
  ephemeralContainers: keyed(['name'], container),
  volumes: keyed(['name']),
  imagePullSecrets: keyed(['name']),
  hostAliases: keyed(['ip']),
  topologySpreadConstraints: keyed(['topologyKey', 'whenUnsatisfiable'], struct({ labelSelector: ATOMIC })),
  schedulingGates: keyed(['name']),
  resourceClaims: keyed(['name']),
  nodeSelector: ATOMIC,
});

const podTemplate = struct({ metadata, spec: podSpec });
const conditions = struct({ conditions: keyed(['type']) });
const workload = struct({
  metadata,
  spec: struct({ selector: ATOMIC, template: podTemplate }),
  status: conditions,
});

/** Any type that only has conditions to merge; custom resources without a list type in their CRD too. */
export const PLAIN: Schema = struct({ metadata, status: conditions });
export const METADATA_ONLY: Schema = struct({ metadata });
export const WORKLOAD: Schema = workload;
export const CRON_JOB: Schema = struct({ metadata, spec: struct({ jobTemplate: workload }) });
export const POD: Schema = struct({
  metadata,
  spec: podSpec,
  status: struct({ conditions: keyed(['type']), podIPs: keyed(['ip']), hostIPs: ATOMIC }),
});
export const CONTROLLER_REVISION: Schema = struct({ metadata, data: ATOMIC });
export const SERVICE: Schema = struct({
  metadata,
  spec: struct({ ports: keyed(['port', 'protocol'], undefined, protocol), selector: ATOMIC }),
  status: conditions,
});
export const SERVICE_ACCOUNT: Schema = struct({ metadata, secrets: keyed(['name']) });
export const NODE: Schema = struct({
  metadata,
  spec: struct({ podCIDRs: SET }),
  status: struct({ conditions: keyed(['type']), addresses: keyed(['type']) }),
});
export const BUDGET: Schema = struct({
  metadata,
  spec: struct({ selector: ATOMIC }),
  status: conditions,
});
