import type { FieldError } from '../kernel/decider';
import { isRecord, listAt, pointer, recordAt, stringAt, valueAt } from '../manifests/json';
import { manifestProblems } from '../manifests/object-rules';
import type { JobProvider } from './types';
import { withPlaceholders } from './variables';

/** A name of no meaning: the real one is given for each measurement. */
const ANY_NAME = 'verification';

/** Why a manifest is not a Job that ends by itself. Paths are JSON Pointers below `base`. */
export const validateJob = (provider: JobProvider, base: string): FieldError[] => {
  const at = (path: string, message: string): FieldError => ({ path: base + path, message });
  const manifest = withPlaceholders(provider.manifest);
  if (!isRecord(manifest)) return [at('', 'must be a Kubernetes Job')];
  if (manifest.apiVersion !== 'batch/v1' || manifest.kind !== 'Job') {
    return [at('/kind', 'must be Job, of apiVersion batch/v1')];
  }
  const metadata = { ...recordAt(manifest, 'metadata'), name: ANY_NAME };
  const problems = manifestProblems({ ...manifest, metadata });
  return [...problems.map(({ path, message }) => at(path, message)), ...specProblems(manifest, at)];
};

const specProblems = (manifest: unknown, at: (path: string, message: string) => FieldError): FieldError[] => {
  const errors: FieldError[] = [];
  if (listAt(manifest, 'spec', 'template', 'spec', 'containers').length === 0) {
    errors.push(at(pointer('spec', 'template', 'spec', 'containers'), 'must hold at least one container'));
  }
  const policy = stringAt(manifest, 'spec', 'template', 'spec', 'restartPolicy');
  if (policy !== 'Never' && policy !== 'OnFailure') {
    const path = pointer('spec', 'template', 'spec', 'restartPolicy');
    errors.push(at(path, 'must be Never or OnFailure: a Job takes no other'));
  }
  if (valueAt(manifest, 'spec', 'suspend') === true) {
    errors.push(at('/spec/suspend', 'must not be true: the Job would never end'));
  }
  return errors;
};
