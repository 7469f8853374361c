import type { ApiClient, Query } from './client';
import type { Page } from './types';

const PAGE = 500;

/** Every item of a list, however many pages it has. */
export const allPages = async <Item>(
  api: ApiClient,
  path: string,
  query: Query = {},
  minPosition?: number,
): Promise<Item[]> => {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await api.get<Page<Item>>(path, {
      query: { limit: PAGE, ...query, ...(after === undefined ? {} : { after }) },
      ...(minPosition === undefined ? {} : { minPosition }),
    });
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return items;
};
