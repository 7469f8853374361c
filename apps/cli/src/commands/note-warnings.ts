import type { Warning } from '../api/types';
import type { Host } from '../host';
import { coloursFor } from '../output/colours';

/** Beside the answer, for people; with `-o json` the answer itself has them. */
export const noteWarnings = (host: Host, warnings: readonly Warning[] = []): void => {
  if (host.json) return;
  const { yellow } = coloursFor(host.io, host.io.stderr);
  for (const { code, path, object, message } of warnings) {
    const { kind, namespace, name } = object;
    const where = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} ${path}`;
    host.note(`${yellow('warning')} ${where}: ${message} (${code})`);
  }
};
