import {
  GENERATION_ANNOTATION,
  keyOf,
  PLAN_ANNOTATION,
  refOf,
  type KubeObject,
  type ObjectRef,
} from '@keelson/domain';
import { digest, Interner } from '../memory/interner';
import { extractNode } from './extract';
import { compileFields, isRecord, type FieldNode, type FieldsV1 } from './fields-v1';
import { ourFields } from './managed-fields';

/** What the plan says of one object, as the API server writes it: defaults filled in, quantities normalised. */
export interface NormalForm {
  readonly fields: FieldNode;
  readonly values: unknown;
}

/** A normal form and the plan that it came from. */
export interface Remembered {
  readonly form: NormalForm;
  readonly plan: string | undefined;
  readonly generation: string | undefined;
}

/**
 * Shares equal forms: one application has the same in each of a thousand clusters. Held weakly, so that forgetting
 * needs no bookkeeping. The marks of the plan are kept apart, because the generation differs from target to target
 * and would make every form unique.
 */
export class FormPool {
  readonly #nodes = new Interner<FieldNode>();
  readonly #forms = new Interner<NormalForm>();

  intern(object: KubeObject, fieldsV1: FieldsV1, sent?: KubeObject): NormalForm {
    const trie = withoutMarks(fieldsV1);
    const trieId = digest(trie);
    const fields = this.#nodes.get(trieId, () => compileFields(trie));
    const values = extractNode(object, fields, sent);
    return this.#forms.get(trieId + digest(values), () => ({ fields, values }));
  }

  /** Distinct forms that are alive; for metrics. */
  get size(): number {
    return this.#forms.size;
  }
}

const isMark = (raw: string): boolean =>
  raw === `f:${PLAN_ANNOTATION}` || raw === `f:${GENERATION_ANNOTATION}`;

/** Removes the marks, and every map that is left without fields: an empty entry would mean an atomic leaf. */
const withoutMarks = (fieldsV1: FieldsV1): FieldsV1 => {
  const { 'f:metadata': metadata = {}, ...others } = fieldsV1;
  const { 'f:annotations': annotations = {}, ...rest } = metadata;
  const named = Object.entries(annotations).filter(([raw]) => raw.startsWith('f:') && !isMark(raw));
  if (named.length > 0)
    return { ...others, 'f:metadata': { ...rest, 'f:annotations': Object.fromEntries(named) } };
  return Object.keys(rest).length > 0 ? { ...others, 'f:metadata': rest } : others;
};

const sharedPool = new FormPool();

/**
 * One cluster's memory of the API server's answers to our own applies. It makes drift an exact local comparison:
 * comparing the plan's own text with a live object would call `1000m` against `1` a drift, and a dry run for each
 * event of a watch would cost the API server as much as an apply.
 */
export class NormalForms {
  readonly #remembered = new Map<string, Remembered>();
  readonly #pool: FormPool;

  constructor(pool: FormPool = sharedPool) {
    this.#pool = pool;
  }

  /**
   * Takes the answer of an apply (or of a dry run of one) of `sent`, whose order of list elements it keeps: that is
   * what JSON Pointers of people count by. Without an entry of ours there is nothing to remember.
   */
  remember(answer: KubeObject, sent?: KubeObject): Remembered | undefined {
    const fieldsV1 = ourFields(answer);
    if (!isRecord(fieldsV1)) return undefined;
    const annotations = answer.metadata.annotations ?? {};
    const remembered: Remembered = {
      form: this.#pool.intern(answer, fieldsV1, sent),
      plan: annotations[PLAN_ANNOTATION],
      generation: annotations[GENERATION_ANNOTATION],
    };
    this.#remembered.set(keyOf(refOf(answer)), remembered);
    return remembered;
  }

  get(ref: ObjectRef): Remembered | undefined {
    return this.#remembered.get(keyOf(ref));
  }

  forget(ref: ObjectRef): void {
    this.#remembered.delete(keyOf(ref));
  }

  get size(): number {
    return this.#remembered.size;
  }
}
