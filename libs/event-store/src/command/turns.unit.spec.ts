import { Turns } from './turns';

describe('turns', () => {
  it('are given in the order they were asked for, one at a time, each name by itself', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const work = async (name: string, label: string) => {
      const end = await turns.take(name);
      order.push(`${label} begins`);
      await Promise.resolve();
      order.push(`${label} ends`);
      end();
      end();
    };
    const other = await turns.take('other');
    await Promise.all([work('a', '1'), work('a', '2'), work('a', '3')]);
    expect(order).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
    other();
    const again = await turns.take('other');
    again();
  });
});
