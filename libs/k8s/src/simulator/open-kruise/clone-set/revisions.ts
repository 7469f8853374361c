import { type KubeObject } from '@keelson/domain';
import { safeHash } from '../../ids';
import { type JsonObject, equal, objectAt, textAt } from '../../json';
import { numberOf, templateIn } from '../../controllers/revisions';
import { controllerReference } from '../../controllers/replica-set';
import { type Action } from '../action';

export interface Revisions {
  readonly update: KubeObject;
  readonly current: KubeObject;
  readonly all: readonly KubeObject[];
  /** What makes or renumbers the revision of the present template. */
  readonly actions: readonly Action[];
}

/** @param known the set's ControllerRevisions */
export function revisionsFor(set: KubeObject, known: readonly KubeObject[]): Revisions {
  const template = objectAt(objectAt(set, 'spec'), 'template');
  const found = known.find((revision) => equal(templateIn(revision), template));
  const next = Math.max(0, ...known.filter((revision) => revision !== found).map(numberOf)) + 1;
  const { update, actions } = found ? raised(found, next) : made(set, template, next);
  const all = [...known.filter((revision) => revision !== found), update];
  const name = textAt(set.status, 'currentRevision');
  return { update, current: all.find(({ metadata }) => metadata.name === name) ?? update, all, actions };
}

function raised(revision: KubeObject, number: number): { update: KubeObject; actions: readonly Action[] } {
  if (numberOf(revision) >= number) return { update: revision, actions: [] };
  const patch = { revision: number };
  return { update: { ...revision, ...patch }, actions: [{ verb: 'patch', object: revision, patch }] };
}

function made(set: KubeObject, template: JsonObject, revision: number) {
  const { name, namespace } = set.metadata;
  const hash = safeHash(template);
  const labels = objectAt(objectAt(template, 'metadata'), 'labels') as Record<string, string>;
  const object: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, 'controller.kubernetes.io/hash': hash },
      ownerReferences: [controllerReference(set)],
    },
    data: { spec: { template: { ...template, $patch: 'replace' } } },
    revision,
  };
  return { update: object, actions: [{ verb: 'create', object }] as const };
}
