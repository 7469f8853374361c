import { type KubeObject } from '@keelson/domain';
import { MERGE_PATCH, STRATEGIC_PATCH } from '../api/patch';
import { type JsonObject, equal } from '../json';

/**
 * What a controller of OpenKruise wants done. The controllers are functions from what is there to actions, and
 * whoever runs them carries the actions out: the simulator at once, in its own store and its own time; the
 * tests on real API servers by HTTP. A client with promises, shared by both, was the alternative: it would take
 * the simulator its virtual time, and turn every reconcile of a hundred clusters into a chain of microtasks.
 */
export type Action =
  | { readonly verb: 'create'; readonly object: KubeObject }
  | { readonly verb: 'delete'; readonly object: KubeObject }
  | {
      readonly verb: 'patch';
      readonly object: KubeObject;
      /** See {@link patchTypeOf}. */
      readonly patch: JsonObject;
      readonly subresource?: 'status';
    };

/**
 * The media type of an action's patch: pods merge their containers and conditions by key. Nothing else may: a
 * strategic merge takes the `$patch` in a ControllerRevision's data for its own directive.
 */
export const patchTypeOf = ({ object }: Action): string =>
  object.kind === 'Pod' ? STRATEGIC_PATCH : MERGE_PATCH;

/** The status as an action, or none when it is what it was. */
export const reportOf = (object: KubeObject, status: JsonObject): readonly Action[] =>
  equal(object.status, status) ? [] : [{ verb: 'patch', object, patch: { status }, subresource: 'status' }];
