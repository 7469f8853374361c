import type { VerificationProvider } from './types';
import { isRecord } from '../manifests/json';
import {
  asItIs,
  inPointer,
  inPromQl,
  inUrl,
  substitute,
  substituteDeep,
  VariableError,
  type VerificationContext,
} from './variables';

export type FilledIn =
  | { readonly ok: true; readonly provider: VerificationProvider }
  | { readonly ok: false; readonly why: string };

/** The provider with every variable replaced; not `ok` when one does not exist or has no value here. */
export const fillIn = (provider: VerificationProvider, context: VerificationContext): FilledIn => {
  try {
    return { ok: true, provider: filled(provider, context) };
  } catch (error) {
    if (error instanceof VariableError) return { ok: false, why: error.message };
    throw error;
  }
};

const filled = (provider: VerificationProvider, context: VerificationContext): VerificationProvider => {
  if ('prometheus' in provider) {
    const { address, query, ...rest } = provider.prometheus;
    return {
      prometheus: {
        ...rest,
        address: substitute(address, context, inUrl),
        query: substitute(query, context, inPromQl),
      },
    };
  }
  if ('http' in provider) {
    const { url, headers, body, jsonPointer, ...rest } = provider.http;
    return {
      http: {
        ...rest,
        url: substitute(url, context, inUrl),
        ...(headers ? { headers: filledHeaders(headers, context) } : {}),
        ...(body === undefined ? {} : { body: substituteDeep(body, context) }),
        ...(jsonPointer === undefined ? {} : { jsonPointer: substitute(jsonPointer, context, inPointer) }),
      },
    };
  }
  const manifest = substituteDeep(provider.job.manifest, context);
  return { job: { ...provider.job, manifest: isRecord(manifest) ? manifest : {} } };
};

const filledHeaders = (
  headers: Readonly<Record<string, string>>,
  context: VerificationContext,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, substitute(value, context, asItIs)]),
  );
