import { PassThrough } from 'node:stream';
import type { Run } from '@keelson/cli';
import { Show } from './show';

const showOn = (isTTY: boolean) => {
  const stdout = Object.assign(new PassThrough(), { isTTY, rows: 24 });
  const show = new Show({ env: { NO_COLOR: '1' }, stdout }, 2);
  return { show, printed: () => String(stdout.read() ?? '') };
};

const run = (phase: string): Run => ({
  id: 'shop-1',
  application: 'shop',
  version: '1.0',
  revision: 'abc',
  rollback: false,
  phase,
  stages: [],
  waiting: [],
  override: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  position: 1,
});

describe('Show', () => {
  it('numbers its steps and counts what was seen', () => {
    const { show, printed } = showOn(false);
    show.step('Begin');
    show.check('it began');
    show.step('End');
    expect(printed()).toBe('\n[1/2] Begin\n  ✓ it began\n\n[2/2] End\n');
    expect(show.seen).toEqual(['it began']);
  });

  it('prints plain lines, and only news, without a terminal', () => {
    const { show, printed } = showOn(false);
    show.run(run('Progressing'));
    show.run(run('Progressing'));
    show.run(run('Succeeded'));
    show.progress('connected', 1, 2);
    show.progress('connected', 2, 2);
    expect(printed()).toBe(
      '    run shop-1 (shop 1.0): Progressing\n    run shop-1: Succeeded\n    2/2 connected\n',
    );
  });

  it('draws over on a terminal, but never over what it has settled', () => {
    const { show, printed } = showOn(true);
    show.progress('connected', 1, 2);
    show.progress('connected', 2, 2);
    expect(printed()).toContain('\x1b[1A');
    show.check('2 connected');
    show.progress('ready', 0, 1);
    expect(printed()).not.toContain('\x1b[1A');
  });
});
