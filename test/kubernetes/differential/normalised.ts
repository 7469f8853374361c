import { type Body } from '../../contract/kubernetes/body';
import { type Answer } from '../../contract/kubernetes/client';

/** Each server makes these up by itself, or counts them in its own way. */
const OWN_METADATA = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'selfLink',
  'managedFields',
];

/** Addresses are each server's own; the rest came with versions later than 1.20, which the simulator follows. */
const OWN_SERVICE_SPEC = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'];

/**
 * What two servers must agree on: the code, the objects, who owns which of their fields, and refusals by reason,
 * subject and field. Everything that is left out is left out here, and for one of these reasons:
 * - identities, addresses and times, which each server makes up by itself;
 * - the status and the managedFields entry of controllers, who write both in their own time;
 * - the wording of refusals and how often they name a field, which changed between versions;
 * - what differs between real versions, at the place where it is taken out.
 * @param names texts that are each server's own, with what stands for them
 */
export function normalised({ status, body }: Answer, names: Readonly<Record<string, string>>): unknown {
  let text = JSON.stringify({ status, content: contentOf(body) });
  for (const [own, common] of Object.entries(names)) text = text.replaceAll(own, common);
  return sorted(JSON.parse(text));
}

function contentOf(body: Body): unknown {
  if (typeof body !== 'object' || body === null) return 'no JSON';
  if (body.kind === 'Status') return outcome(body);
  return body.items
    ? { ...body, metadata: {}, items: body.items.map((item: Body) => object(item, kindIn(body))) }
    : object(body, body.kind);
}

const without = (value: Body, fields: readonly string[]): Body =>
  Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field)));

function outcome({ status, reason, code, details }: Body): object {
  const { causes = [], uid, ...subject } = details ?? {};
  const named = causes.map((cause: Body) => `${cause.reason} ${fieldIn(cause)}${managerIn(cause)}`);
  return { status, reason, code, subject, hasUid: uid !== undefined, causes: [...new Set(named)].sort() };
}

/** Selectors are one whole since 1.21. */
const fieldIn = ({ field }: Body): string => field?.replace(/^\.spec\.selector\..*/, '.spec.selector');

/** Whom a conflict is with; the version and the time that follow are worded otherwise from version to version. */
const managerIn = ({ message }: Body): string => /^conflict with "[^"]*"/.exec(message)?.[0] ?? '';

const kindIn = ({ kind }: Body): string => kind.replace(/List$/, '');

function object(body: Body, kind: string): unknown {
  const { metadata, spec, status: _, ...rest } = body;
  const { deletionTimestamp, managedFields = [] } = metadata;
  return {
    ...rest,
    metadata: without(metadata, OWN_METADATA),
    isDeleted: deletionTimestamp !== undefined,
    owners: Object.fromEntries(managedFields.filter(isOfClient).map(owner)),
    ...(spec === undefined ? {} : { spec: comparableSpec(kind, spec) }),
  };
}

const isOfClient = ({ manager }: Body): boolean =>
  ['one', 'two', 'contract', 'before-first-apply'].includes(manager);

function comparableSpec(kind: string, spec: Body): Body {
  if (kind === 'Service') return without(spec, OWN_SERVICE_SPEC);
  const { template } = spec;
  return template ? { ...spec, template: withoutNullTime(template) } : spec;
}

/** Old servers write `creationTimestamp: null` into the metadata of templates, new ones leave it out. */
const withoutNullTime = (template: Body): Body =>
  template.metadata?.creationTimestamp === null
    ? { ...template, metadata: without(template.metadata, ['creationTimestamp']) }
    : template;

/** Without its time and its place in the list, which follows from it; the `subresource` came with 1.22. */
const owner = ({ manager, operation, apiVersion, fieldsType, fieldsV1 }: Body): [string, unknown] => [
  `${manager} ${operation} ${apiVersion} ${fieldsType}`,
  withWholeSelector(withoutLater(fieldsV1)),
];

const withoutLater = (fields: Body): Body => {
  if (!fields['f:spec']?.['f:internalTrafficPolicy']) return fields;
  return { ...fields, 'f:spec': without(fields['f:spec'], ['f:internalTrafficPolicy']) };
};

/** Selectors are one whole since 1.21, and owned field by field before. */
const withWholeSelector = (fields: Body): Body =>
  fields['f:spec']?.['f:selector']
    ? { ...fields, 'f:spec': { ...fields['f:spec'], 'f:selector': {} } }
    : fields;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, child]) => [field, sorted(child)]),
  );
}
