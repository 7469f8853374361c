/** Runs the task for every item, so many at once, begun in their order. */
export const inLanes = async <Item>(
  items: readonly Item[],
  lanes: number,
  task: (item: Item, index: number) => Promise<void>,
): Promise<void> => {
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) await task(item, index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};
