import type { CelInput } from '@bufbuild/cel';
import { isRecord, segmentsOf } from '../manifests/json';
import { celInput } from './cel-input';
import type { Evidence, HttpEvidence, PrometheusEvidence } from './evidence';
import type { Verification } from './types';

/** Evidence as conditions see it: the names of `CONDITION_NAMES` with their values. */
export interface Answer {
  readonly bindings: Readonly<Record<string, CelInput>>;
  /** What the log keeps of it. */
  readonly result: unknown;
  /** How much a loop may have to look at. */
  readonly size: number;
}

export type ReadAnswer =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly why: string };

/** `http` evidence is read below the provider's `jsonPointer`. */
export const readAnswer = (verification: Verification, evidence: Evidence): ReadAnswer => {
  switch (evidence.kind) {
    case 'prometheus':
      return ofSamples(evidence);
    case 'http':
      return ofBody(evidence, 'http' in verification.provider ? verification.provider.http.jsonPointer : '');
    case 'job': {
      const { succeeded, failed } = evidence;
      return answered({ result: { succeeded, failed } });
    }
  }
};

const ofSamples = ({ samples }: PrometheusEvidence): ReadAnswer => {
  const [only] = samples;
  const result = samples.length === 1 && only !== undefined ? only.value : samples.map(({ value }) => value);
  return answered({ result, samples });
};

const ofBody = ({ status, body }: HttpEvidence, path = ''): ReadAnswer => {
  const found = body.ok ? at(body.json, path) : undefined;
  const isGood = isSuccess(status);
  if (isGood && !body.ok) return { ok: false, why: body.why };
  if (isGood && found === undefined) return { ok: false, why: `the answer has nothing at ${path}` };
  // A page that says 503 is seldom JSON; conditions that read the status judge it all the same.
  return answered({ result: found ?? null }, { status: BigInt(status) });
};

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

const answered = (json: Readonly<Record<string, unknown>>, more: Answer['bindings'] = {}): ReadAnswer => {
  const bindings: Record<string, CelInput> = { ...more };
  let size = 0;
  for (const [name, value] of Object.entries(json)) {
    const converted = celInput(value);
    if (!converted.ok) return { ok: false, why: 'the answer is nested too deeply' };
    bindings[name] = converted.input;
    size = Math.max(size, converted.size);
  }
  return { ok: true, answer: { bindings, result: json['result'], size } };
};

/** The value at a JSON Pointer (RFC 6901), `undefined` when there is none. */
const at = (json: unknown, path: string): unknown => {
  let found = json;
  for (const segment of segmentsOf(path)) {
    if (Array.isArray(found)) {
      found = /^(0|[1-9]\d*)$/.test(segment) ? (found[Number(segment)] as unknown) : undefined;
    } else {
      found = isRecord(found) && Object.hasOwn(found, segment) ? found[segment] : undefined;
    }
  }
  return found;
};
