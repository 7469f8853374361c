import { type KubeObject } from '@keelson/domain';
import { type FieldProblem, invalidValue, required } from '../api/api-error';
import {
  type JsonObject,
  changeItems,
  changeObject,
  equal,
  fill,
  isObject,
  listAt,
  objectAt,
  without,
  withoutEmptyLists,
} from '../json';
import { normaliseResources } from './quantities';

/** Defaults and rules of pods and pod templates, as in k8s.io/kubernetes/pkg/apis/core/v1/defaults.go. */

const PROBE = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

const probeDefaults = (probe: JsonObject): JsonObject =>
  changeObject(fill(probe, PROBE), 'httpGet', (get) => fill(get, { scheme: 'HTTP', path: '/' }));

/** Always pull what floats, keep what is pinned. */
export function pullPolicyOf(image: unknown): string {
  const reference = typeof image === 'string' ? image : '';
  if (reference.includes('@')) return 'IfNotPresent';
  const tag = reference.slice(reference.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function containerDefaults(container: JsonObject): JsonObject {
  let next = fill(withoutEmptyLists(container), {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container.image),
  });
  next = changeItems(next, 'ports', (port) => fill(port, { protocol: 'TCP' }));
  next = changeItems(next, 'env', (variable) =>
    changeObject(variable, 'valueFrom', (from) =>
      changeObject(from, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })),
    ),
  );
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    next = changeObject(next, probe, probeDefaults);
  }
  return changeObject(next, 'resources', normaliseResources);
}

function volumeDefaults(volume: JsonObject): JsonObject {
  let next = volume;
  for (const source of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    next = changeObject(next, source, (value) => fill(value, { defaultMode: 0o644 }));
  }
  return changeObject(next, 'hostPath', (path) => fill(path, { type: '' }));
}

export function podSpecDefaults(spec: JsonObject): JsonObject {
  let next = fill(withoutEmptyLists(spec), {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    securityContext: {},
  });
  // The deprecated alias is kept in step with its successor by the server.
  if (next.serviceAccountName !== undefined) next = fill(next, { serviceAccount: next.serviceAccountName });
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    next = changeItems(next, list, containerDefaults);
  }
  return changeItems(next, 'volumes', volumeDefaults);
}

/** Pod template of a workload: `spec.template`. */
export const templateDefaults = (template: JsonObject): JsonObject =>
  changeObject(template, 'spec', podSpecDefaults);

export const podDefaults = (pod: KubeObject): KubeObject =>
  changeObject(fill(pod, { status: { phase: 'Pending', qosClass: 'BestEffort' } }), 'spec', (spec) =>
    fill(podSpecDefaults(spec), {
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
      priority: 0,
      serviceAccountName: 'default',
      serviceAccount: 'default',
    }),
  );

export function podSpecProblems(spec: JsonObject, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) problems.push(required(`${path}.containers`));
  const names = new Set<unknown>();
  for (const list of ['initContainers', 'containers']) {
    listAt(spec, list).forEach((container, index) => {
      const at = `${path}.${list}[${index}]`;
      const { name, image } = isObject(container) ? container : {};
      if (!name) problems.push(required(`${at}.name`));
      else if (names.has(name)) {
        problems.push({
          reason: 'FieldValueDuplicate',
          field: `${at}.name`,
          message: `Duplicate value: ${JSON.stringify(name)}`,
        });
      }
      names.add(name);
      if (!image) problems.push(required(`${at}.image`));
      listAt(container, 'ports').forEach((port, portIndex) => {
        const number = isObject(port) ? port.containerPort : undefined;
        if (typeof number !== 'number' || number < 1 || number > 65535) {
          const field = `${at}.ports[${portIndex}].containerPort`;
          problems.push(
            number === undefined
              ? required(field)
              : invalidValue(field, number, 'must be between 1 and 65535, inclusive'),
          );
        }
      });
    });
  }
  return problems;
}

/** Of a pod that exists only images and deadlines may change, and tolerations be added. */
export function podProblems(next: KubeObject, live: KubeObject | undefined): FieldProblem[] {
  const problems = podSpecProblems(objectAt(next, 'spec'), 'spec');
  if (!live || next.spec === live.spec) return problems;
  const resized = CONTAINER_LISTS.filter(
    (list) => listAt(next.spec, list).length !== listAt(live.spec, list).length,
  );
  if (resized.length > 0) {
    const message = 'Forbidden: pod updates may not add or remove containers';
    const fields = resized.map((list) => `spec.${list}`);
    return [
      ...problems,
      ...fields.map((field) => ({ reason: 'FieldValueForbidden' as const, field, message })),
    ];
  }
  if (!equal(fixedPart(next), fixedPart(live))) {
    problems.push({
      reason: 'FieldValueForbidden',
      field: 'spec',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)',
    });
  }
  return problems;
}

const CONTAINER_LISTS = ['containers', 'initContainers'] as const;

function fixedPart(pod: KubeObject): JsonObject {
  let spec = without(without(objectAt(pod, 'spec'), 'activeDeadlineSeconds'), 'tolerations');
  for (const list of CONTAINER_LISTS) {
    spec = changeItems(spec, list, (container) => without(container, 'image'));
  }
  return spec;
}
