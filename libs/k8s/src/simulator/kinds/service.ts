import { type KubeObject } from '@keelson/domain';
import { type FieldProblem, invalidValue, required } from '../api/api-error';
import { labelProblems } from '../api/names';
import { type JsonObject, changeItems, changeObject, fill, isObject, listAt, objectAt } from '../json';

/** The address is derived from the uid: stable, inside 10.96.0.0/16, without a table of what is taken. */
function addressOf(uid: string): string {
  let hash = 0;
  for (const character of uid) hash = (hash * 31 + character.charCodeAt(0)) % 65_000;
  return `10.96.${Math.floor(hash / 254)}.${(hash % 254) + 1}`;
}

export const serviceDefaults = (service: KubeObject): KubeObject =>
  changeObject(service, 'spec', (spec) => {
    const typed = fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
    const ported = changeItems(typed, 'ports', (port) =>
      fill(port, { protocol: 'TCP', targetPort: port.port }),
    );
    if (ported.type === 'ExternalName') return ported;
    return fill(ported, {
      internalTrafficPolicy: 'Cluster',
      ...(ported.type === 'ClusterIP' ? {} : { externalTrafficPolicy: 'Cluster' }),
    });
  });

export const allocateAddress = (service: KubeObject): KubeObject =>
  changeObject(service, 'spec', (spec) => {
    if (spec.type === 'ExternalName') return spec;
    const clusterIP = spec.clusterIP ?? addressOf(service.metadata.uid ?? '');
    return fill(spec, {
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    });
  });

export function serviceProblems(next: KubeObject, live: KubeObject | undefined): FieldProblem[] {
  const spec = objectAt(next, 'spec');
  const problems: FieldProblem[] = [];
  if (spec.type !== 'ExternalName' && spec.clusterIP !== 'None' && listAt(spec, 'ports').length === 0) {
    problems.push(required('spec.ports'));
  }
  problems.push(...portProblems(listAt(spec, 'ports').map((item) => (isObject(item) ? item : {}))));
  problems.push(...labelProblems(objectAt(spec, 'selector'), 'spec.selector'));
  const before = live && objectAt(live, 'spec').clusterIP;
  if (before && spec.clusterIP !== before && spec.type !== 'ExternalName') {
    problems.push(invalidValue('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set'));
  }
  return problems;
}

function portProblems(ports: readonly JsonObject[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const names = new Set<unknown>();
  const places = new Set<string>();
  const duplicate = (field: string, value: unknown) => {
    const message = `Duplicate value: ${JSON.stringify(value)}`;
    problems.push({ reason: 'FieldValueDuplicate', field, message });
  };
  for (const [index, { name, port, protocol = 'TCP' }] of ports.entries()) {
    const field = `spec.ports[${index}]`;
    if (typeof port !== 'number' || port < 1 || port > 65535) {
      problems.push(invalidValue(`${field}.port`, port ?? 0, 'must be between 1 and 65535, inclusive'));
    }
    if (ports.length > 1 && !name) problems.push(required(`${field}.name`));
    if (name && names.has(name)) duplicate(`${field}.name`, name);
    names.add(name);
    const place = `${String(protocol)} ${String(port)}`;
    if (places.has(place)) duplicate(field, { protocol, port });
    places.add(place);
  }
  return problems;
}
