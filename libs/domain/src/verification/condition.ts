import {
  celEnv,
  celFunc,
  CelScalar,
  isCelError,
  parse,
  plan,
  type CelEnv,
  type CelFunc,
  type CelInput,
} from '@bufbuild/cel';
import { mentionsOf } from './expression';
import { LoopMeter, TOO_MANY_PASSES } from './loop-meter';

/** A condition that was read. Evaluating it is deterministic and bounded. */
export interface Condition {
  readonly text: string;
  /** True when it may name this variable. */
  reads(name: string): boolean;
  calls(functionName: string): boolean;
  /** True when it goes through lists or maps by a macro. */
  readonly loops: boolean;
  test(bindings: Readonly<Record<string, CelInput>>): Verdict;
}

export type Verdict =
  { readonly ok: true; readonly holds: boolean } | { readonly ok: false; readonly why: string };

export type ReadCondition =
  { readonly ok: true; readonly condition: Condition } | { readonly ok: false; readonly why: string };

/** Bounds the parser as well, which is recursive: the worst text of this length that was found takes it 0.5 s. */
export const MAX_CONDITION_LENGTH = 1000;

/** Types are values in CEL: `type(result) == double`. */
const TYPE_NAMES = ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint'];

/** As in Argo Rollouts, because `result != result` is a riddle. */
const OWN_FUNCTIONS: readonly CelFunc[] = [
  celFunc('isNaN', [CelScalar.DOUBLE], CelScalar.BOOL, (value) => Number.isNaN(value)),
  celFunc('isInf', [CelScalar.DOUBLE], CelScalar.BOOL, (value) => Math.abs(value) === Infinity),
];

/**
 * Reads a CEL condition over these variables. Syntax, names and functions are checked here; types only show with the
 * answer, because nobody declares them.
 *
 * By @bufbuild/cel: its project runs the specification's conformance suite, it ships CommonJS, and it matches regular
 * expressions in linear time (RE2), for 11 MB on disk and 90 ms of loading. @marcbachmann/cel-js is 0.3 MB, but ESM only,
 * and matches with JavaScript's own: the pattern `(a+)+$` over 27 letters took it 9.3 s, on the worker's thread. cel-js is
 * ESM only as well and brings a parser toolkit.
 */
export const readCondition = (text: string, variables: readonly string[]): ReadCondition => {
  if (text.trim() === '') return { ok: false, why: 'is empty' };
  if (text.length > MAX_CONDITION_LENGTH) {
    return { ok: false, why: `must be no longer than ${MAX_CONDITION_LENGTH} characters` };
  }
  const meter = new LoopMeter();
  const env = celEnv({ funcs: [...OWN_FUNCTIONS, meter.charge] });
  try {
    return read(text, variables, env, meter);
  } catch (error) {
    return { ok: false, why: `is not CEL: ${messageOf(error)}` };
  }
};

const read = (text: string, variables: readonly string[], env: CelEnv, meter: LoopMeter): ReadCondition => {
  const { expr } = parse(text);
  const { names, bound, functions, loops } = mentionsOf(expr);
  for (const name of names) {
    if (variables.includes(name) || bound.has(name) || TYPE_NAMES.includes(name)) continue;
    return { ok: false, why: `names ${name}, which does not exist; there is ${variables.join(' and ')}` };
  }
  for (const name of functions) {
    if (!env.funcs.find(name)) return { ok: false, why: `calls ${name}(), which does not exist` };
  }
  meter.attach(expr);
  const evaluate = plan(env, expr);
  return {
    ok: true,
    condition: {
      text,
      reads: (name) => names.has(name),
      calls: (name) => functions.has(name),
      loops,
      test: (bindings) => {
        meter.reset();
        const value = evaluate(bindings);
        if (meter.exhausted) return { ok: false, why: TOO_MANY_PASSES };
        if (isCelError(value)) return { ok: false, why: value.message };
        return typeof value === 'boolean'
          ? { ok: true, holds: value }
          : { ok: false, why: 'its value is neither true nor false' };
      },
    },
  };
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
