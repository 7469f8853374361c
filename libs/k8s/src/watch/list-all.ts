import type { KubeObject } from '@keelson/domain';
import type { ClusterClient, Query } from '../client/cluster-client';
import { ApiError } from '../client/errors';
import { collectionPath, type ApiResource } from '../discovery/resource';

interface ListPage {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[] | null;
}

export interface Listed {
  readonly items: readonly KubeObject[];
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
}

/** A collection of one kind: in one namespace, or in all. */
export interface ListOf {
  readonly resource: ApiResource;
  readonly namespace?: string | undefined;
}

/**
 * Lists a whole collection in pages of one snapshot. When the snapshot expires between two pages (410), lists once
 * more in one piece: a collection that outlives its snapshots would never be listed in pages.
 */
export const listAll = async (
  client: Pick<ClusterClient, 'request'>,
  of: ListOf,
  query: Query,
  pageSize: number,
  signal: AbortSignal,
): Promise<Listed> => {
  try {
    return await pages(client, of, { ...query, limit: pageSize }, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 410) throw error;
    return pages(client, of, query, signal);
  }
};

const pages = async (
  client: Pick<ClusterClient, 'request'>,
  { resource, namespace }: ListOf,
  query: Query,
  signal: AbortSignal,
): Promise<Listed> => {
  const items: KubeObject[] = [];
  let token: string | undefined;
  for (;;) {
    const page: ListPage = await client.request<ListPage>('GET', collectionPath(resource, namespace), {
      query: { ...query, continue: token },
      signal,
    });
    for (const item of page.items ?? []) items.push(typed(item, resource));
    token = page.metadata?.continue;
    if (!token) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
  }
};

/** The items of a built-in kind's list say neither apiVersion nor kind; an event of a watch has them first. */
const typed = (item: KubeObject, { apiVersion, kind }: ApiResource): KubeObject =>
  Object.assign({ apiVersion, kind }, item, { apiVersion, kind });
