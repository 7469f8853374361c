import { type KubeObject } from '@keelson/domain';
import { type Schema } from '../fields/schema';
import { type FieldProblem } from './api-error';

/** How a type's count is read and written through `/scale`. */
export interface ScaleFields {
  readonly wanted: (object: KubeObject) => number;
  readonly withWanted: (object: KubeObject, replicas: number) => KubeObject;
  readonly counted: (object: KubeObject) => number;
  /** The pods' selector in the text form of queries. */
  readonly selector: (object: KubeObject) => string;
}

/** One kind of object that a simulated API server serves. */
export interface ResourceType {
  readonly group: string;
  /** Served versions, preferred first; objects are stored as they are and relabelled on the way out. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** `/status` is an endpoint of its own, and the main endpoint leaves `status` alone. */
  readonly hasStatus: boolean;
  /** A status that comes with a creation is kept, as that of a Node which registers itself. */
  readonly bornWithStatus?: true;
  /** What bumps metadata.generation: the spec, everything but metadata and status, or nothing. */
  readonly generation: 'spec' | 'specOrAnnotations' | 'content' | 'none';
  /** Custom resources differ in a few rules, such as: no strategic merge. */
  readonly custom: boolean;
  /** A PUT without a resourceVersion replaces whatever is there; others are refused without one. */
  readonly updatesUnconditionally: boolean;
  /** How `/scale` reads and writes the count; types without it have no such endpoint. */
  readonly scale?: ScaleFields | undefined;
  readonly schema: Schema;
  /** Fills defaults and normalises; pure, same reference when there is nothing to do. */
  readonly defaults: (object: KubeObject) => KubeObject;
  /** What the server itself adds on creation, such as an address; nobody comes to own it. */
  readonly allocate: (object: KubeObject) => KubeObject;
  /** What the server itself changes on an update, such as a counter; nobody comes to own it. */
  readonly advance: (next: KubeObject, live: KubeObject) => KubeObject;
  /** Where a configuration does not fit the kind's fields; kinds without it know none but those they use. */
  readonly untyped?: (configuration: KubeObject) => string | undefined;
  /** Every reason against `next`; `live` is undefined on creation. */
  readonly validate: (next: KubeObject, live: KubeObject | undefined) => readonly FieldProblem[];
}

export const apiVersionOf = (group: string, version: string): string =>
  group ? `${group}/${version}` : version;

/** Identity of a type inside one cluster, whatever the version. */
export const typeKey = (type: Pick<ResourceType, 'group' | 'plural'>): string =>
  `${type.group}/${type.plural}`;
