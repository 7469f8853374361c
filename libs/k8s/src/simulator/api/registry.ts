import { BUILTIN_TYPES } from '../kinds/builtin-types';
import { type ResourceType, apiVersionOf, typeKey } from './resource-type';

interface Served {
  readonly byPath: ReadonlyMap<string, ResourceType>;
  readonly byKind: ReadonlyMap<string, ResourceType>;
}

function indexTypes(types: readonly ResourceType[]): Served {
  const byPath = new Map<string, ResourceType>();
  const byKind = new Map<string, ResourceType>();
  for (const type of types) {
    for (const version of type.versions) {
      byPath.set(`${apiVersionOf(type.group, version)}/${type.plural}`, type);
      byKind.set(`${apiVersionOf(type.group, version)}/${type.kind}`, type);
    }
  }
  return { byPath, byKind };
}

/** One index for all clusters: a thousand of them must not hold a thousand copies. */
const BUILTIN = indexTypes(BUILTIN_TYPES);

/** The types that one cluster serves: the built-in ones and those of its CRDs. */
export class Registry {
  private readonly custom = new Map<string, ResourceType>();
  private served: Served = indexTypes([]);

  types(): readonly ResourceType[] {
    return [...BUILTIN_TYPES, ...this.custom.values()];
  }

  get hasCustomTypes(): boolean {
    return this.custom.size > 0;
  }

  byPath(apiVersion: string, plural: string): ResourceType | undefined {
    const key = `${apiVersion}/${plural}`;
    return BUILTIN.byPath.get(key) ?? this.served.byPath.get(key);
  }

  byKind(apiVersion: string, kind: string): ResourceType | undefined {
    const key = `${apiVersion}/${kind}`;
    return BUILTIN.byKind.get(key) ?? this.served.byKind.get(key);
  }

  /** The type of a kind in a group, whatever the version. */
  byGroupKind(group: string, kind: string): ResourceType | undefined {
    return this.types().find((type) => type.group === group && type.kind === kind);
  }

  /** Serves a custom type, or serves it anew after its CRD changed; returns whether it is new. */
  serve(type: ResourceType): boolean {
    const isNew = !this.custom.has(typeKey(type));
    this.custom.set(typeKey(type), type);
    this.served = indexTypes([...this.custom.values()]);
    return isNew;
  }

  customType(group: string, plural: string): ResourceType | undefined {
    return this.custom.get(`${group}/${plural}`);
  }

  withdraw(type: ResourceType): void {
    this.custom.delete(typeKey(type));
    this.served = indexTypes([...this.custom.values()]);
  }
}

/** A built-in type by its group and kind; the simulator's own controllers work with these. */
export function builtin(group: string, kind: string): ResourceType {
  const type = BUILTIN_TYPES.find((candidate) => candidate.group === group && candidate.kind === kind);
  if (!type) throw new Error(`the simulator has no built-in type ${group}/${kind}`);
  return type;
}
