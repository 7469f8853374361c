import { JobCatalogError, type JobCatalog, type JobHandler } from './job-queue';

/** Throws when the catalog has no such queue, or the queue no such job. */
export function checkName(catalog: JobCatalog, queue: string, name?: string): void {
  const names = catalog[queue];
  if (!names) throw new JobCatalogError(`no queue ${queue} in the catalog`);
  if (name !== undefined && !names.includes(name)) {
    throw new JobCatalogError(`no job ${name} in the catalog of queue ${queue}`);
  }
}

/** Throws unless every name of the queue has a handler and every handler a name. */
export function checkHandlers(
  catalog: JobCatalog,
  queue: string,
  handlers: Readonly<Record<string, JobHandler>>,
): void {
  checkName(catalog, queue);
  const missing = (catalog[queue] ?? []).filter((name) => !handlers[name]);
  if (missing.length) throw new JobCatalogError(`queue ${queue}: no handler for ${missing.join(', ')}`);
  for (const name of Object.keys(handlers)) checkName(catalog, queue, name);
}
